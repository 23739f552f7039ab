"""Figures over all scored customers."""
