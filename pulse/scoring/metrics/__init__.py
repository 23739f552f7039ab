"""Metrics: raw numbers and categories about one customer as of a date."""
