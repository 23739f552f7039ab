from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from enum import Enum
from piccolo.columns.column_types import Text
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-29T11:08:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the open invitation of a member of staff"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="pulse", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Staff",
        tablename="staff",
        column_name="invitation_expires_at",
        db_column_name="invitation_expires_at",
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

    manager.add_column(
        table_class_name="Staff",
        tablename="staff",
        column_name="invitation_hash",
        db_column_name="invitation_hash",
        column_class_name="Text",
        column_class=Text,
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

    manager.add_column(
        table_class_name="Staff",
        tablename="staff",
        column_name="invited_by",
        db_column_name="invited_by",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
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

    manager.alter_column(
        table_class_name="DirectoryEntry",
        tablename="directory_entries",
        column_name="kind",
        db_column_name="kind",
        params={
            "choices": Enum(
                "DirectoryKind",
                {
                    "staff_email": "staff_email",
                    "staff_session": "staff_session",
                    "api_key": "api_key",
                    "signing_key": "signing_key",
                    "sign_in_domain": "sign_in_domain",
                    "passkey": "passkey",
                    "staff_invitation": "staff_invitation",
                },
            )
        },
        old_params={
            "choices": Enum(
                "DirectoryKind",
                {
                    "staff_email": "staff_email",
                    "staff_session": "staff_session",
                    "api_key": "api_key",
                    "signing_key": "signing_key",
                    "sign_in_domain": "sign_in_domain",
                    "passkey": "passkey",
                },
            )
        },
        column_class=Text,
        old_column_class=Text,
        schema=None,
    )

    return manager
