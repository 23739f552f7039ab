"""One folder per page; `ui.runtime.registry` discovers NAME.py and NAME/page.py."""
