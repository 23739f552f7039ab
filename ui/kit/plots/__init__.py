"""Charts of scores and of rankings."""
