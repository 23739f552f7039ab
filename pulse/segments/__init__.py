"""pulse/segments."""
