"""The gallery page and its parts."""
