"""The imports page and its parts."""
