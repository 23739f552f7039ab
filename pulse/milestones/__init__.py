"""pulse/milestones."""
