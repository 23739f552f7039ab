"""The audit page and its parts."""
