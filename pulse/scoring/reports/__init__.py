"""Statistics over all scored customers."""
