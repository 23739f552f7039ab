"""pulse/scoring/history."""
