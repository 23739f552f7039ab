"""The customer page and its parts."""
