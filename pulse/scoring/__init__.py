"""The score: metrics, scorecard, exact factors, snapshots."""
