"""ui/pages/settings."""
