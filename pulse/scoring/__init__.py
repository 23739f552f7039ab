"""The score: metrics from facts, a scorecard over them, its exact factors, and what follows."""
