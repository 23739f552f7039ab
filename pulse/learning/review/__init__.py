"""The monthly review of a scorecard: a challenger learned now, and the drift of the data."""
