"""pulse/cards/outcomes."""
