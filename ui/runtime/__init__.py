"""What views run on: registry, page context, live updates, shared reads, errors."""
