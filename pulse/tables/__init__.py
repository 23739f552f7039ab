"""The schema in Piccolo's words; tables only, no logic. The migrations create it."""
