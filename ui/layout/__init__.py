"""What surrounds every view: side bar, search, notifications, routing."""
