"""The customers page and its parts."""
