"""Migrations of what Piccolo cannot express: SQL statements, run in one transaction.

`piccolo migrations new pulse --auto` writes the tables. Policies, partial indexes, views,
functions and triggers stand in `sql/*.sql`; each file is idempotent, so that a later migration
may change it and run it again.
"""

from collections.abc import Sequence
from importlib.resources import files

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from pulse.db.engine import DB


def manager(migration_id: str, description: str, statements: Sequence[str]) -> MigrationManager:
    """A Piccolo migration that runs these statements as the tables' owner; keep them idempotent."""
    made = MigrationManager(migration_id=migration_id, app_name="pulse", description=description)

    async def run() -> None:
        transaction = DB.current_transaction.get()
        assert transaction, "Piccolo runs a migration in a transaction"
        for statement in statements:  # not run_ddl: it takes one statement at a time
            await transaction.connection.execute(statement)

    made.add_raw(run)
    return made


def sql_file(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return files("piccolo_migrations").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
