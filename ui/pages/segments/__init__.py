"""ui/pages/segments."""
