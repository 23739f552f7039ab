"""pulse/cards/evaluation."""
