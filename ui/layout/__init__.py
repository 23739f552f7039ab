"""The layout around every view: side bar, search, notifications, routing."""
