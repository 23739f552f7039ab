"""Tells Piccolo where our migrations and tables are."""

import pkgutil
from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

import pulse.tables

_MODULES = [module.name for module in pkgutil.iter_modules(pulse.tables.__path__, "pulse.tables.")]
"""A table is found in each module that imports it, and each time would be altered anew."""

APP_CONFIG = AppConfig(
    app_name="pulse",
    migrations_folder_path=str(Path(__file__).parent / "versions"),
    table_classes=list(dict.fromkeys(table_finder(_MODULES))),
    migration_dependencies=[],
)
