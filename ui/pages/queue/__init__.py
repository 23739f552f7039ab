"""ui/pages/queue."""
