"""What the command `piccolo` looks for in the root of a checkout; see CONTRIBUTING.md."""

from pulse.db.piccolo_conf import APP_REGISTRY, DB

__all__ = ["APP_REGISTRY", "DB"]
