from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from enum import Enum
from piccolo.columns.column_types import Text

ID = "2026-11-28T18:58:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "passkeys in the directory"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="pulse", description=DESCRIPTION
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
                },
            )
        },
        column_class=Text,
        old_column_class=Text,
        schema=None,
    )

    return manager
