"""ui/pages/today."""
