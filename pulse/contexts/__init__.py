"""What customers say about themselves: share it, see it, take it back; it expires by itself."""
