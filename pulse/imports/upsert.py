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
    "attributes": "jsonb",
}
_ASKED = 100  # of a chunk's customers, whether they are known: few of many lists are half new
_SIMPLE = ("name", "email", "locale", "value", "renewal_on", "first_seen_at")
_MOMENT = "%Y-%m-%dT%H:%M:%S%.6fZ"

_INSERT = """
INSERT INTO customers (id, business_id, external_id, name, email, locale, value, renewal_on,
                       first_seen_at, tags, attributes)
SELECT s.id, $1, s.external_id, coalesce(s.name, ''), coalesce(s.email, ''), coalesce(s.locale, ''),
       s.value, s.renewal_on, s.first_seen_at,
       coalesce(string_to_array(s.tags, ','), '{}'), s.attributes
FROM staged_customers s"""
_NEW_ONES = f"{_INSERT} ON CONFLICT (business_id, external_id) DO NOTHING RETURNING id::text AS id"
_ANY_KNOWN = """
SELECT EXISTS (SELECT FROM customers WHERE business_id = $1 AND external_id = ANY($2::text[]))
"""
_UPDATE = """
WITH wanted AS (
  SELECT c.id, coalesce(s.name, c.name) AS name, coalesce(s.email, c.email) AS email,
         coalesce(s.locale, c.locale) AS locale, coalesce(s.value, c.value) AS value,
         coalesce(s.renewal_on, c.renewal_on) AS renewal_on,
         coalesce(s.first_seen_at, c.first_seen_at) AS first_seen_at,
         coalesce(string_to_array(s.tags, ','), c.tags) AS tags,
         c.attributes || s.attributes AS attributes
  FROM staged_customers s JOIN customers c USING (external_id)
  WHERE c.business_id = $1 AND NOT (c.id = ANY($2::uuid[]))
), changed AS (
  UPDATE customers c
  SET name = w.name, email = w.email, locale = w.locale, value = w.value,
      renewal_on = w.renewal_on, first_seen_at = w.first_seen_at, tags = w.tags,
      attributes = w.attributes, updated_at = now()
  FROM wanted w
  WHERE c.business_id = $1 AND c.id = w.id
    AND (c.name, c.email, c.locale, c.value, c.renewal_on, c.first_seen_at, c.tags, c.attributes)
        IS DISTINCT FROM (w.name, w.email, w.locale, w.value, w.renewal_on, w.first_seen_at,
                          w.tags, w.attributes)
  RETURNING jsonb_build_object(
    'id', c.id, 'name', old.name, 'email', old.email, 'locale', old.locale, 'value', old.value,
    'renewal_on', old.renewal_on, 'first_seen_at', old.first_seen_at, 'tags', old.tags,
    'attributes', old.attributes) AS before
)
SELECT coalesce(jsonb_agg(before), '[]')::text AS before, count(*) AS changed FROM changed
"""


class Written(NamedTuple):
    """What one chunk did."""

    new: int
    changed: int
    same: int
    created_ids: list[str]
    before: str


async def write_customers(unit: Unit, rows: pl.DataFrame) -> Written:
    """Insert or update these rows (columns as `staged` makes them) inside the unit of work."""
    rows = await with_present_ids(unit, rows)
    rows = rows.unique("external_id", keep="last", maintain_order=True)
    shape = ", ".join(f"{name} {kind}" for name, kind in _STAGED.items())
    await unit.execute(f"CREATE TEMPORARY TABLE staged_customers ({shape}) ON COMMIT DROP")
    await copy_frame(unit, "staged_customers", rows)
    created = await _insert(unit, rows)
    before, changed = "[]", 0
    if len(created) < len(rows):
        found = await unit.fetchrow(_UPDATE, unit.business_id, created)
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
    """The rows of a batch as the temporary table takes them; keep is a mask [rows]."""
    made: dict[str, pl.Series] = {}
    for role in _SIMPLE:
        made[role] = _of_role(valid, mapping, role)
    frame = pl.DataFrame(
        {
            "id": uuid7_batch(valid.size),
            "external_id": valid.columns[_column(mapping, "id")],
            **made,
            "tags": _tags(valid, mapping),
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
    if role == "renewal_on":
        return first.dt.date()
    if len(columns) > 1:  # a first and a last name
        frame = pl.DataFrame([valid.columns[column.column] for column in columns])
        joined = frame.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)).to_series()
        return joined.set(joined == "", None)
    return first


def _tags(valid: Valid, mapping: Mapping) -> pl.Series:
    tags = _of_role(valid, mapping, "tags")
    return tags.str.replace_all(r"\s*[,;|]\s*", ",")


def _column(mapping: Mapping, role: str) -> str:
    return next(column.column for column in mapping.used if column.role == role)
