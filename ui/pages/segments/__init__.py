"""The segments page and its parts."""
