"""ui/pages/team."""
