"""Keeping a scorecard honest: a challenger each month, and how far the data have drifted."""
