"""The engine and the app registry for Piccolo's own tools (PICCOLO_CONF)."""

from piccolo.conf.apps import AppRegistry

from pulse.db.engine import DB

__all__ = ["APP_REGISTRY", "DB"]

APP_REGISTRY = AppRegistry(apps=["piccolo_migrations.piccolo_app"])
