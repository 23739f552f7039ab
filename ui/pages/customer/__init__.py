"""ui/pages/customer."""
