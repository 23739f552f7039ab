"""Outcomes of delivered cards."""
