"""pulse/scoring/reports."""
