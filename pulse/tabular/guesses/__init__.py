"""What the columns of an unknown list are: meaning, roles, events, mappings of last time."""
