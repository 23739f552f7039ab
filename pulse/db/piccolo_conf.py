"""What Piccolo's own tools look for: the engine and the registered app (PICCOLO_CONF)."""

from piccolo.conf.apps import AppRegistry

from pulse.db.engine import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["piccolo_migrations.piccolo_app"])
