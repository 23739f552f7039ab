from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Bytea
from piccolo.columns.column_types import JSONB
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-28T15:49:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "cells left empty and ids of the last list"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="pulse", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Import",
        tablename="imports",
        column_name="unread",
        db_column_name="unread",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "[]",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="ImportMapping",
        tablename="import_mappings",
        column_name="last_ids",
        db_column_name="last_ids",
        column_class_name="Bytea",
        column_class=Bytea,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
