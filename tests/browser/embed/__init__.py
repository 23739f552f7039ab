"""The widget on pages of a business, from another origin, through the real server."""
