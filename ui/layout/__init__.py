"""ui/layout."""
