"""ui/runtime."""
