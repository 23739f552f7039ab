"""The learning page and its parts."""
