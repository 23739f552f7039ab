"""Wrappings, encodings and odd rows of files."""
