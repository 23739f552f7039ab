"""pulse/imports."""
