"""pulse/cards/drafting."""
