"""ui/pages/gallery."""
