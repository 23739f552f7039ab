"""ui/pages/imports."""
