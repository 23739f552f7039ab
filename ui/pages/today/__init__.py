"""The today page and its parts."""
