"""Write one chunk of an import to the customers table: insert new rows, update changed ones.

Rows are copied as CSV into a temporary table (polars writes it, without a Python object per cell),
then one INSERT adds unknown ids and one UPDATE changes rows that differ. A blank cell keeps the
known value. The old values of changed rows and the ids of new ones are stored with the chunk, for
undo.
"""

import io
from datetime import time

import numpy as np
import polars as pl

from pulse.customers.merging import former_ids
from pulse.db.copy import staged_csv
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.db.uuid7 import uuid7_batch
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.imports import staging_sql
from pulse.imports.staging_sql import Written
from pulse.tables.customer import Customer
from pulse.tables.staff import Staff
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.validation import Valid

_STAGED = {
    "id": "uuid",
    "external_id": "text",
    "name": "text",
    "email": "text",
    "locale": "text",
    "value": "float8",
    "renewal_on": "date",
    "first_seen_at": "timestamptz",
    "tags": "text",
    "owner_id": "uuid",
    "segment": "text",
    "attributes": "jsonb",
}
_ASKED = 100  # a chunk's customers, tested for being known; few lists are half new
_SIMPLE = ("locale", "value", "renewal_on", "first_seen_at", "segment")
_MOMENT = "%Y-%m-%dT%H:%M:%S%.6fZ"


async def write_customers(unit: Unit, rows: pl.DataFrame, mapping: Mapping) -> Written:
    """Insert or update these rows (columns as made by `staged`) inside the unit of work."""
    rows = await with_present_ids(unit, rows)
    rows = rows.unique("external_id", keep="last", maintain_order=True)
    frame = await _with_owners(unit, rows)
    async with staged_csv(unit, "staged_customers", _STAGED, csv_of(frame)):
        created = await _insert(unit, rows)
        before, changed = "[]", 0
        if len(created) < len(rows):
            cleared = _fields_of(mapping) if mapping.blanks == "clear" else None
            keys = [column.attribute for column in mapping.used if column.is_kept]
            before, changed = await staging_sql.update_customers(unit, created, keys, cleared)
    return Written(len(created), changed, len(rows) - len(created) - changed, created, before)


async def with_present_ids(unit: Unit, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with former ids, and e-mails in another case, replaced by the present ids."""
    ids = rows["external_id"]
    if not await former_ids.any_alias(unit):
        ids = ids.filter(ids.str.contains("@", literal=True))
    known = await former_ids.resolve(unit, ids.to_list()) if len(ids) else {}
    if not known:
        return rows
    return rows.with_columns(pl.col("external_id").replace(known))


def _fields_of(mapping: Mapping) -> frozenset[str]:
    """The customer fields for which the list has a column."""
    fields = {"first_name": "name", "last_name": "name", "owner": "owner_id"}
    return frozenset(fields.get(column.role, column.role) for column in mapping.used)


async def _with_owners(unit: Unit, rows: pl.DataFrame) -> pl.DataFrame:
    """The staged rows with staff ids for the owner names or e-mails of the list."""
    said = rows["owner"].drop_nulls().unique()
    staff: dict[str, str] = {}
    if len(said):
        for one in await Staff.select(Staff.id, Staff.name, Staff.email).where(
            Staff.business_id == unit.business_id
        ):
            staff.setdefault(one["name"].lower(), str(one["id"]))
            staff.setdefault(one["email"].lower(), str(one["id"]))
    owners = rows["owner"].str.to_lowercase().str.strip_chars()
    ids = owners.replace_strict(staff, default=None, return_dtype=pl.String)
    return rows.with_columns(owner_id=ids).select(list(_STAGED))


async def _insert(unit: Unit, rows: pl.DataFrame) -> list[str]:
    """Insert the unknown staged customers; returns their ids.

    If none of a sample is known, which is usual, uses a plain INSERT, because ON CONFLICT costs a
    fifth more. If one is known after all, the whole chunk is inserted again with ON CONFLICT.
    """
    some = rows["external_id"].gather_every(max(1, len(rows) // _ASKED)).to_list()
    if not await _ONE_OF.value(unit, business_id=unit.business_id, external_ids=some):
        async with unit.ignore_duplicates():
            await staging_sql.insert_customers(unit, some_known=False)
            return rows["id"].to_list()
    return await staging_sql.insert_customers(unit, some_known=True)


_ONE_OF = prepared(
    Customer.select(Customer.id)
    .where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.external_id, Param("external_ids")),
    )
    .limit(1)
)


def csv_of(rows: pl.DataFrame) -> io.BytesIO:
    """A frame as CSV for COPY; null stays null."""
    text = io.BytesIO()
    rows.write_csv(text, include_header=False, quote_style="non_numeric", datetime_format=_MOMENT)
    text.seek(0)
    return text


def staged(valid: Valid, mapping: Mapping, keep: np.ndarray | None = None) -> pl.DataFrame:
    """The rows of a batch for the temporary table; keep: a mask [rows].

    The owner is still the text of the list.
    """
    made: dict[str, pl.Series] = {}
    for role in _SIMPLE:
        made[role] = _of_role(valid, mapping, role)
    frame = pl.DataFrame(
        {
            "id": uuid7_batch(valid.size),
            "external_id": valid.columns[_column(mapping, "id")],
            "name": _names(valid, mapping),
            **made,
            "email": _emails(valid, mapping),
            "tags": _of_role(valid, mapping, "tags"),
            "owner": _of_role(valid, mapping, "owner"),
            "attributes": attributes(valid, mapping),
        }
    )
    return frame if keep is None else frame.filter(pl.Series(keep))


def attributes(valid: Valid, mapping: Mapping) -> pl.Series:
    """One JSON object per row, without blanks; further columns of an event are its properties."""
    kept = [column for column in mapping.used if column.is_kept]
    if not kept:
        return pl.repeat("{}", valid.size, dtype=pl.String, eager=True)
    pieces = [_attribute_json(valid, column) for column in kept]
    joined = pl.DataFrame(pieces).select(
        pl.concat_str(
            pl.lit("{"), pl.concat_str(pl.all(), separator=",", ignore_nulls=True), pl.lit("}")
        )
    )
    return joined.to_series()


def _attribute_json(valid: Valid, column: ColumnMapping) -> pl.Series:
    try:
        return _json_piece(_json_ready(valid.columns[column.column], column))
    except pl.exceptions.PolarsError as failed:
        first = int(valid.lines[0]) if valid.size else 0
        raise Invalid(
            Sentence(
                "{column}: its values from line {first} on cannot be kept. Read the column "
                "as text, or leave it out.",
                column=column.column,
                first=first,
            ),
            code="COLUMN_UNREADABLE",
            line=first,
            column=column.column,
        ) from failed


def _json_piece(values: pl.Series) -> pl.Series:
    """`"key":value` where there is a value, otherwise null."""
    frame = values.to_frame()
    whole = frame.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    piece = whole.str.head(-1).str.slice(1)
    return piece.set(values.is_null(), None)


def _json_ready(values: pl.Series, column: ColumnMapping) -> pl.Series:
    values = values.alias(column.attribute)
    if values.dtype == pl.Float64 and ((values == values.round()) & (values.abs() < 1e15)).all():
        return values.cast(pl.Int64)
    if values.dtype == pl.Datetime:
        is_day = (values.dt.time() == time(0)).all()
        return values.dt.strftime("%Y-%m-%d" if is_day else "%Y-%m-%dT%H:%M:%SZ")
    return values


def _of_role(valid: Valid, mapping: Mapping, role: str) -> pl.Series:
    columns = [column for column in mapping.used if column.role == role]
    if not columns:
        return pl.Series([None] * valid.size, dtype=pl.String)
    first = valid.columns[columns[0].column]
    if role == "value":
        return first * columns[0].times
    return first.dt.date() if role == "renewal_on" else first


def _emails(valid: Valid, mapping: Mapping) -> pl.Series:
    """The e-mail; where customer ids are e-mails and there is no other, the id."""
    identity = mapping.column("id")
    if mapping.column("email") or identity is None or identity.type != "email":
        return _of_role(valid, mapping, "email")
    return valid.columns[identity.column]


def _names(valid: Valid, mapping: Mapping) -> pl.Series:
    """The name; of several columns the first name comes first.

    A full-name column beside first and last name is the company's and takes precedence.
    """

    def of(*roles: str) -> list[pl.Series]:
        return [valid.columns[c.column] for role in roles for c in mapping.used if c.role == role]

    columns = of("first_name", "name", "last_name")
    if not columns:
        return pl.Series([None] * valid.size, dtype=pl.String)
    if len(columns) == 1:
        return columns[0]
    if of("first_name") and of("name") and of("last_name"):
        return _joined(of("name")).fill_null(_joined(of("first_name", "last_name")))
    return _joined(columns)


def _joined(columns: list[pl.Series]) -> pl.Series:
    joined = pl.DataFrame(columns).select(
        pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    ).to_series()  # fmt: skip
    return joined.set(joined == "", None)


def _column(mapping: Mapping, role: str) -> str:
    return next(column.column for column in mapping.used if column.role == role)
