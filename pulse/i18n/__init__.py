"""Texts in the languages that customers read."""
