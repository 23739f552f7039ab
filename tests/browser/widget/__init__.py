"""The customer widget in a real browser, on pages that treat it well and pages that do not."""
