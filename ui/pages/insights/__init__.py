"""The insights page and its parts."""
