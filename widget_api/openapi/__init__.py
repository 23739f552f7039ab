"""widget_api/openapi."""
