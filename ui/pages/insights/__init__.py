"""ui/pages/insights."""
