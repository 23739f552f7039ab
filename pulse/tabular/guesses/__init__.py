"""Guesses about the columns of an unknown list: meaning, role, events, earlier mappings."""
