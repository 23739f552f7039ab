"""The customer widget in a real browser, on normal and on difficult pages."""
