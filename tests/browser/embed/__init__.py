"""The widget on a business's pages, from another origin, through the real server."""
