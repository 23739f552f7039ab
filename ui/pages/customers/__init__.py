"""ui/pages/customers."""
