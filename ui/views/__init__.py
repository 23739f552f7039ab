"""One file a page. Views are found by `ui.registry.discover`: a new file is enough."""
