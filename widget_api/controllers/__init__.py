"""REST handlers, one file a resource; a new one is listed in `widget_api.app`."""
