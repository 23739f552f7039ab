"""pulse/learning/trees."""
