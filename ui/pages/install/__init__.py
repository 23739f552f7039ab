"""ui/pages/install."""
