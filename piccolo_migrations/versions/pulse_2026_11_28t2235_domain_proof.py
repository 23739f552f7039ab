from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-28T22:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "proof of domains"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="pulse", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="SignInDomain",
        tablename="sign_in_domains",
        column_name="proven_at",
        db_column_name="proven_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
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
