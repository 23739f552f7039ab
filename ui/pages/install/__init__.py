"""The install page and its parts."""
