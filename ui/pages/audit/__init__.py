"""ui/pages/audit."""
