"""The queue page and its parts."""
