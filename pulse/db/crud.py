"""List, add, change and delete rows of one tenant table, for pages made from a table class."""

from datetime import date
from typing import Any
from uuid import UUID

from piccolo.columns import Boolean, Date, DoublePrecision, Integer, Numeric, Real, Text, Varchar
from piccolo.columns.base import Column
from piccolo.table import Table

from pulse.db.pagination import MOST_ROWS
from pulse.db.transaction import HasBusiness, tenant
from pulse.errors import Invalid, NotFound

HIDDEN = {"id", "business_id", "created_at", "updated_at"}
KINDS: tuple[tuple[type[Column] | tuple[type[Column], ...], str], ...] = (
    (Boolean, "yes_no"),
    (Integer, "whole_number"),
    ((DoublePrecision, Real, Numeric), "number"),
    (Date, "date"),
    ((Text, Varchar), "text"),
)


def editable_columns(table: type[Table]) -> dict[str, str]:
    """Columns that a form can edit, with their kind: text, whole_number, number, date or yes_no."""
    found = {}
    for column in table._meta.columns:
        kind = next((kind for kinds, kind in KINDS if isinstance(column, kinds)), None)
        if kind and column._meta.name not in HIDDEN:
            found[column._meta.name] = kind
    return found


async def list_rows(scope: HasBusiness, table: Any) -> list[dict[str, Any]]:
    """The newest MOST_ROWS rows of the business."""
    names = ["id", *editable_columns(table)]
    async with tenant(scope):
        rows: list[dict[str, Any]] = (
            await table.select(*[getattr(table, name) for name in names])
            .where(table.business_id == scope.business_id)
            .order_by(table.id, ascending=False)
            .limit(MOST_ROWS)
        )
    return rows


async def add_row(scope: HasBusiness, table: Any, values: dict[str, Any]) -> None:
    """Insert one row; raises Invalid when a value does not fit its column."""
    row = table(business_id=scope.business_id, **parse_values(table, values))
    async with tenant(scope):
        await table.insert(row)


async def change_row(scope: HasBusiness, table: Any, row_id: UUID, values: dict[str, Any]) -> None:
    """Update one row; raises Invalid for a value that does not fit, NotFound for a missing row."""
    parsed = parse_values(table, values)
    async with tenant(scope):
        done = (
            await table.update({getattr(table, name): value for name, value in parsed.items()})
            .where(table.business_id == scope.business_id, table.id == row_id)
            .returning(table.id)
        )
    if not done:
        raise NotFound("This row was deleted.")


async def delete_row(scope: HasBusiness, table: Any, row_id: UUID) -> None:
    """Delete one row; ignores a row that no longer exists."""
    async with tenant(scope):
        await table.delete().where(table.business_id == scope.business_id, table.id == row_id)


def parse_values(table: type[Table], values: dict[str, Any]) -> dict[str, Any]:
    """Form values converted for the columns; raises Invalid with the field's name."""
    kinds = editable_columns(table)
    return {name: _parse(name, kinds[name], value) for name, value in values.items()}


def _parse(name: str, kind: str, value: Any) -> Any:
    if kind == "yes_no":
        return bool(value)
    if kind == "text":
        return str(value or "").strip()
    if value in (None, ""):
        return None
    try:
        if kind == "date":
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        return int(float(value)) if kind == "whole_number" else float(value)
    except ValueError:
        raise Invalid(f"“{value}” is no {kind.replace('_', ' ')}.", field=name) from None
