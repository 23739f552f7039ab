"""Runtime of the views: registry, page context, live updates, shared reads, errors."""
