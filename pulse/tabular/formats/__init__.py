"""File formats: containers, encodings, and rows that are not data."""
