"""Column, default and constraint classes for keys that start with business_id.

Piccolo writes PRIMARY KEY and REFERENCES into the definition of a single column. A tenant table
needs PRIMARY KEY (business_id, id) and FOREIGN KEY (business_id, customer_id) instead: the columns
here leave those words out, and the constraints here write them.

Migrations import these classes by name: neither rename nor move them.
"""

import os
import time
import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from piccolo.columns import UUID, Column, ForeignKey, Text
from piccolo.columns.defaults import TimestamptzNow as PiccoloTimestamptzNow
from piccolo.columns.defaults.uuid import UUID7 as PiccoloUUID7  # noqa: N811 - a class
from piccolo.constraints import Constraint

from pulse import clock


def new_uuid7() -> uuid.UUID:
    """A UUID of version 7 with 12 bits of fractions of a millisecond, like PostgreSQL's own."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    random_bits = int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random_bits)


class UUID7(PiccoloUUID7):
    """The default `uuidv7()` in the database and `new_uuid7()` in Python (any version)."""

    def python(self) -> uuid.UUID:
        """The default of an insert by Piccolo."""
        return new_uuid7()


class TimestamptzNow(PiccoloTimestamptzNow):
    """The default CURRENT_TIMESTAMP in the database and `clock.now()` in Python."""

    def python(self) -> datetime:
        """The default of an insert by Piccolo."""
        return clock.now()


class StatementTime(TimestamptzNow):
    """Like TimestamptzNow, but the time of the statement, not of the transaction's start."""

    @property
    def postgres(self) -> str:
        """The default in the database."""
        return "clock_timestamp()"


class TenantKey(UUID):
    """The column `id` of a tenant table; `PrimaryKey` defines the key."""

    column_type = "UUID"

    @property
    def ddl(self) -> str:
        """The column's definition without PRIMARY KEY."""
        return _definition(self)


class TenantTextKey(Text):
    """A text column that is the last part of the table's `PrimaryKey`."""

    column_type = "TEXT"

    @property
    def ddl(self) -> str:
        """The column's definition without PRIMARY KEY."""
        return _definition(self)


class TenantForeignKey(ForeignKey[Any]):
    """A column that references the `id` of another tenant table of the same business.

    Used by Piccolo for joins. `References` makes the database enforce it; without that constraint
    it is declared for joins only, which its help_text explains.
    """

    @property
    def ddl(self) -> str:
        """The column's definition without PRIMARY KEY and REFERENCES."""
        return _definition(self)


class TSVector(Column):
    """PostgreSQL's tsvector, for full-text search; read and written by SQL only."""

    value_type = str


class PrimaryKey(Constraint):
    """PRIMARY KEY over several columns; business_id comes first in a tenant table."""

    def __init__(self, columns: Sequence[str], name: str | None = None) -> None:
        self.columns = list(columns)
        super().__init__(name=name, columns=self.columns)

    @property
    def ddl(self) -> str:
        """The definition that follows CONSTRAINT and its name."""
        return f"PRIMARY KEY ({_names(self.columns)})"

    def serialise_self(self) -> None:
        """Does nothing: the parameters are already strings."""

    def _table_str(self) -> str:
        return f"{self._meta._name} = PrimaryKey({self.columns!r})"


class References(Constraint):
    """FOREIGN KEY (business_id, column) REFERENCES table (business_id, id).

    `on_delete` is PostgreSQL's action when the referenced row is deleted, e.g. CASCADE, RESTRICT or
    SET NULL (owner_id).
    """

    def __init__(
        self, column: str, table: str, on_delete: str = "CASCADE", name: str | None = None
    ) -> None:
        self.column, self.table, self.on_delete = column, table, on_delete
        super().__init__(name=name, column=column, table=table, on_delete=on_delete)

    @property
    def ddl(self) -> str:
        """The definition that follows CONSTRAINT and its name."""
        return (
            f"FOREIGN KEY ({_names(['business_id', self.column])}) "
            f'REFERENCES "{self.table}" ({_names(["business_id", "id"])}) '
            f"ON DELETE {self.on_delete}"
        )

    def serialise_self(self) -> None:
        """Does nothing: the parameters are already strings."""

    def _table_str(self) -> str:
        arguments = f"{self.column!r}, {self.table!r}, {self.on_delete!r}"
        return f"{self._meta._name} = References({arguments})"


def one_of(column: str, choices: type[Enum]) -> str:
    """The condition of a Check: the column has one of these choices (NULL passes)."""
    listed = ", ".join(f"'{choice.value}'" for choice in choices)
    return f"{column} IN ({listed})"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _definition(column: Column) -> str:
    """Name, type, NOT NULL and default: Piccolo's definition without keys."""
    default = column.get_sql_value(column.get_default_value())
    null = "" if column._meta.null else " NOT NULL"
    return f'"{column._meta.db_column_name}" {column.column_type}{null} DEFAULT {default}'
