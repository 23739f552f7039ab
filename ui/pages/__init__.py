"""One file a page. Views are found by `ui.runtime.registry.discover`: a new file is enough."""
