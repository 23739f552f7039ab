"""pulse/learning."""
