"""SQL statements that distribute the tables over a Citus cluster, by business.

Generated from the table classes; docs/scale.md contains them, and a test compares both. They have
not been run on Citus itself (see there).
"""

import importlib
import pkgutil
from graphlib import TopologicalSorter

from piccolo.table import Table

import pulse.tables
from pulse.tables.business import Business
from pulse.tables.directory import DirectoryEntry

EVERYWHERE: tuple[type[Table], ...] = (Business, DirectoryEntry)
"""Small tables that every machine holds completely, because they are unique over all businesses."""


def statements() -> list[str]:
    """The statements in order: referenced tables come first."""
    tables = _tables()
    order = TopologicalSorter({name: _refers_to(table, tables) for name, table in tables.items()})
    return [_statement(tables[name]) for name in order.static_order()]


def _statement(table: type[Table]) -> str:
    name = table._meta.tablename
    if table in EVERYWHERE:
        return f"SELECT create_reference_table('{name}');"
    return f"SELECT create_distributed_table('{name}', 'business_id');"


def _tables() -> dict[str, type[Table]]:
    found: dict[str, type[Table]] = {}
    for module in pkgutil.iter_modules(pulse.tables.__path__, "pulse.tables."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Table) and value is not Table:
                found[value._meta.tablename] = value
    return dict(sorted(found.items()))


def _refers_to(table: type[Table], tables: dict[str, type[Table]]) -> list[str]:
    named = {
        column._foreign_key_meta.resolved_references._meta.tablename
        for column in table._meta.foreign_key_columns
    }
    named |= {one._meta.tablename for one in EVERYWHERE if table not in EVERYWHERE}
    return sorted(name for name in named if name in tables and name != table._meta.tablename)
