"""Texts of the world as numbers and dates."""
