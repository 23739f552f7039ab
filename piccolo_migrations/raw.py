"""How our migrations are written: a list of idempotent SQL statements, run in one transaction."""

from collections.abc import Sequence

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pulse.database.engine import DB


def manager(migration_id: str, description: str, statements: Sequence[str]) -> MigrationManager:
    """A Piccolo migration that runs these statements as the tables' owner."""
    made = MigrationManager(migration_id=migration_id, app_name="pulse", description=description)

    async def run() -> None:
        for statement in statements:
            await DB.run_ddl(statement)

    made.add_raw(run)
    return made
