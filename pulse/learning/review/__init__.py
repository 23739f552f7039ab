"""The monthly review of a scorecard: a newly learned challenger, and the drift of the data."""
