"""One chunk of an import into the customers table: what is new, what changed, what stays.

Rows travel as CSV by COPY into a temporary table (polars writes it, no Python object a cell), then
one INSERT for unknown ids and one UPDATE for rows that differ. A blank cell leaves what is known.
The old values of changed rows and the ids of new ones are kept with the chunk, for undoing it.
"""

import io
from datetime import time
from typing import NamedTuple

import numpy as np
import polars as pl

from pulse.customers.merging import aliases_sql
from pulse.db.transaction import Unit
from pulse.db.uuid7 import uuid7_batch
from pulse.errors import Invalid
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
_ASKED = 100  # of a chunk's customers, whether they are known: few of many lists are half new
_SIMPLE = ("locale", "value", "renewal_on", "first_seen_at", "segment")
_EMPTY = {"name": "''", "email": "''", "locale": "''", "tags": "'{}'::text[]", "segment": "''"}
"""What a field holds where nothing is known; the others hold null."""
_MOMENT = "%Y-%m-%dT%H:%M:%S%.6fZ"

_INSERT = """
INSERT INTO customers (id, business_id, external_id, name, email, locale, value, renewal_on,
                       first_seen_at, tags, owner_id, segment, attributes)
SELECT s.id, $1, s.external_id, coalesce(s.name, ''), coalesce(s.email, ''), coalesce(s.locale, ''),
       s.value, s.renewal_on, s.first_seen_at,
       coalesce(string_to_array(s.tags, ','), '{}'), s.owner_id, coalesce(s.segment, ''),
       s.attributes
FROM staged_customers s"""
_NEW_ONES = f"{_INSERT} ON CONFLICT (business_id, external_id) DO NOTHING RETURNING id::text AS id"
_ANY_KNOWN = """
SELECT EXISTS (SELECT FROM customers WHERE business_id = $1 AND external_id = ANY($2::text[]))
"""
FIELDS = ("name", "email", "locale", "value", "renewal_on", "first_seen_at", "tags", "owner_id",
          "segment", "attributes")  # fmt: skip
"""The fields of a customer that an import may change."""


def _update(cleared: frozenset[str], keys_cleared: bool) -> str:
    """The statement that changes known customers; $3 are the attribute keys of the list.

    cleared: fields whose blank cell takes the value away; the others leave what is known.
    """
    wanted = [_wanted(field, cleared) for field in FIELDS if field != "attributes"]
    kept = "c.attributes - $3::text[]" if keys_cleared else "c.attributes"
    record = {
        name: ", ".join(f"'{field}', {name}.{field}" for field in FIELDS) for name in ("old", "w")
    }
    return f"""
WITH wanted AS (
  SELECT c.id, {", ".join(wanted)}, ({kept}) || s.attributes AS attributes
  FROM staged_customers s JOIN customers c USING (external_id)
  WHERE c.business_id = $1 AND NOT (c.id = ANY($2::uuid[])) AND $3::text[] IS NOT NULL
), changed AS (
  UPDATE customers c
  SET {", ".join(f"{field} = w.{field}" for field in FIELDS)}, updated_at = now()
  FROM wanted w
  WHERE c.business_id = $1 AND c.id = w.id
    AND ({", ".join(f"c.{field}" for field in FIELDS)})
        IS DISTINCT FROM ({", ".join(f"w.{field}" for field in FIELDS)})
  RETURNING jsonb_build_object('id', c.id, 'updated_at', old.updated_at, {record["old"]},
    'new', jsonb_build_object({record["w"]})) AS before
)
SELECT coalesce(jsonb_agg(before), '[]')::text AS before, count(*) AS changed FROM changed
"""


def _wanted(field: str, cleared: frozenset[str]) -> str:
    staged = "string_to_array(s.tags, ',')" if field == "tags" else f"s.{field}"
    otherwise = _EMPTY.get(field, "NULL") if field in cleared else f"c.{field}"
    return f"coalesce({staged}, {otherwise}) AS {field}"


class Written(NamedTuple):
    """What one chunk did."""

    new: int
    changed: int
    same: int
    created_ids: list[str]
    before: str


async def write_customers(unit: Unit, rows: pl.DataFrame, mapping: Mapping) -> Written:
    """Insert or update these rows (columns as `staged` makes them) inside the unit of work."""
    rows = await with_present_ids(unit, rows)
    rows = rows.unique("external_id", keep="last", maintain_order=True)
    shape = ", ".join(f"{name} {kind}" for name, kind in _STAGED.items())
    await unit.execute(f"CREATE TEMPORARY TABLE staged_customers ({shape}) ON COMMIT DROP")
    await copy_frame(unit, "staged_customers", await _with_owners(unit, rows))
    created = await _insert(unit, rows)
    before, changed = "[]", 0
    if len(created) < len(rows):
        clears = mapping.blanks == "clear"
        statement = _update(_fields_of(mapping) if clears else frozenset(), clears)
        keys = [column.attribute for column in mapping.used if column.is_kept]
        found = await unit.fetchrow(statement, unit.business_id, created, keys)
        before, changed = found["before"], found["changed"]
    await unit.execute("DROP TABLE staged_customers")
    return Written(len(created), changed, len(rows) - len(created) - changed, created, before)


async def with_present_ids(unit: Unit, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows, former ids and e-mail addresses in another case replaced by the present ids."""
    ids = rows["external_id"]
    if not await aliases_sql.any_alias(unit):
        ids = ids.filter(ids.str.contains("@", literal=True))
    known = await aliases_sql.resolve(unit, ids.to_list()) if len(ids) else {}
    if not known:
        return rows
    return rows.with_columns(pl.col("external_id").replace(known))


def _fields_of(mapping: Mapping) -> frozenset[str]:
    """The fields that the list has a column for."""
    fields = {"first_name": "name", "last_name": "name", "owner": "owner_id"}
    return frozenset(fields.get(column.role, column.role) for column in mapping.used)


async def _with_owners(unit: Unit, rows: pl.DataFrame) -> pl.DataFrame:
    """The staged rows with the ids of the staff whose name or e-mail the list gives as owner."""
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
    """Add the staged customers who are unknown; their ids.

    Where none of some spread over the chunk is known, which is usual, plainly: asking at each row
    what to do if it is known costs a fifth. If one is after all, the whole chunk is asked anew.
    """
    some = rows["external_id"].gather_every(max(1, len(rows) // _ASKED)).to_list()
    if not await unit.fetchval(_ANY_KNOWN, unit.business_id, some):
        async with unit.unless_taken():
            await unit.execute(_INSERT, unit.business_id)
            return rows["id"].to_list()
    return [row["id"] for row in await unit.fetch(_NEW_ONES, unit.business_id)]


async def copy_frame(unit: Unit, table: str, rows: pl.DataFrame) -> None:
    """COPY a frame into a temporary table of the same columns; null stays null."""
    text = io.BytesIO()
    rows.write_csv(text, include_header=False, quote_style="non_numeric", datetime_format=_MOMENT)
    text.seek(0)
    await unit.connection.copy_to_table(table, source=text, columns=rows.columns, format="csv")


def staged(valid: Valid, mapping: Mapping, keep: np.ndarray | None = None) -> pl.DataFrame:
    """The rows of a batch as the temporary table takes them; keep is a mask [rows].

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
    """One JSON object a row, without the blanks; an event's further columns are its properties."""
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
            f"{column.column}: its values from line {first:,} on cannot be kept. "
            "Read the column as text, or leave it out.",
            code="COLUMN_UNREADABLE",
            line=first,
            column=column.column,
        ) from failed


def _json_piece(values: pl.Series) -> pl.Series:
    """`"key":value` where there is a value, null where there is none."""
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
    """The e-mail; where the customers' ids are e-mails and there is no other, the id."""
    identity = mapping.column("id")
    if mapping.column("email") or identity is None or identity.type != "email":
        return _of_role(valid, mapping, "email")
    return valid.columns[identity.column]


def _names(valid: Valid, mapping: Mapping) -> pl.Series:
    """The name; of several columns the first name stands in front."""
    order = ("first_name", "name", "last_name")
    columns = [
        valid.columns[column.column]
        for role in order
        for column in mapping.used
        if column.role == role
    ]
    if not columns:
        return pl.Series([None] * valid.size, dtype=pl.String)
    if len(columns) == 1:
        return columns[0]
    joined = pl.DataFrame(columns).select(
        pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    ).to_series()  # fmt: skip
    return joined.set(joined == "", None)


def _column(mapping: Mapping, role: str) -> str:
    return next(column.column for column in mapping.used if column.role == role)
