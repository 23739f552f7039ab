"""Segments by rule and discovered clusters."""
