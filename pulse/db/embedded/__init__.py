"""pulse/db/embedded."""
