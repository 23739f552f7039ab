"""REST handlers, one file per resource; register new ones in `widget_api.app`."""
