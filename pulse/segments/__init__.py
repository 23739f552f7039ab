"""Segments defined by rules, and discovered clusters."""
