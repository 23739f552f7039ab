"""pulse/tabular."""
