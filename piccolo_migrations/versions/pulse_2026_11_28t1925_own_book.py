from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-28T19:25:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "whose customers a session sees"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="pulse", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="StaffSession",
        tablename="staff_sessions",
        column_name="book",
        db_column_name="book",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "all",
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

    return manager
