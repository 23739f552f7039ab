"""pulse/cards/bandit."""
