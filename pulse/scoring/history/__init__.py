"""Scores over time: trend, and why a score changed between two dates."""
