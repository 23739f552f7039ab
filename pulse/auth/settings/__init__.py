"""pulse/auth/settings."""
