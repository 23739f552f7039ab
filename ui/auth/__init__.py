"""ui/auth."""
