"""pulse/scoring/metrics."""
