"""ui/pages/overview."""
