"""ui/kit/plots."""
