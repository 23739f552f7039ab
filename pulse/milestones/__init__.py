"""Milestones, celebrations and the look back ("wrapped")."""
