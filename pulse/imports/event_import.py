"""Write one chunk of an event file (customer, kind, time, amount, properties) to the events table.

Sending the same file again changes nothing: an event without an id gets one made from its content
and from how often that content occurred earlier in the file.
"""

import hashlib
from collections import Counter

import polars as pl

from pulse import clock
from pulse.db.copy import staged_csv
from pulse.db.transaction import Unit
from pulse.imports import staging_sql
from pulse.imports.staging_sql import Written
from pulse.imports.upsert import attributes, csv_of, with_present_ids
from pulse.tabular.mapping import Mapping
from pulse.tabular.validation import Valid

_STAGED = {
    "external_id": "text",
    "kind": "text",
    "occurred_at": "timestamptz",
    "amount": "float8",
    "properties": "jsonb",
    "message_id": "text",
}


async def write_events(unit: Unit, rows: pl.DataFrame) -> Written:
    """Insert the events that do not exist yet; unknown customers are created with only their id.

    Returns the ids of the written events. Customers created here stay when an import is undone.
    """
    rows = await with_present_ids(unit, rows)
    async with staged_csv(unit, "staged_events", _STAGED, csv_of(rows.select(list(_STAGED)))):
        created = await staging_sql.insert_events(unit)
    return Written(len(created), 0, len(rows) - len(created), created, "[]")


class EventStager:
    """Prepares the rows of each batch; counts repeated contents, to tell equal events apart."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._seen: Counter[bytes] = Counter()

    def staged(self, valid: Valid) -> pl.DataFrame:
        """The rows for the temporary table; an event in the future gets the present time."""
        frame = pl.DataFrame(
            {
                "external_id": self._values(valid, "id"),
                "kind": self._values(valid, "event_kind"),
                "occurred_at": self._values(valid, "event_time"),
                "amount": self._values(valid, "event_amount"),
                "properties": attributes(valid, self._mapping),
            }
        )
        named = frame.with_columns(message_id=self._message_ids(valid, frame))
        return named.with_columns(pl.col("occurred_at").clip(upper_bound=clock.now()))

    def _values(self, valid: Valid, role: str) -> pl.Series:
        column = next((column for column in self._mapping.used if column.role == role), None)
        if column is None and role == "event_kind":
            return pl.Series([self._mapping.event_name] * valid.size, dtype=pl.String)
        if column is None:
            return pl.Series([None] * valid.size, dtype=pl.String)
        return valid.columns[column.column]

    def _message_ids(self, valid: Valid, frame: pl.DataFrame) -> pl.Series:
        given = self._values(valid, "event_id")
        if not given.is_null().any():
            return given
        made = [self._content_hash_id(row) for row in frame.iter_rows()]
        own = pl.Series(made, dtype=pl.String)
        return given.zip_with(given.is_not_null(), own)

    def _content_hash_id(self, row: tuple[object, ...]) -> str:
        content = hashlib.blake2b(repr(row).encode(), digest_size=12).digest()
        self._seen[content] += 1
        return f"import-{content.hex()}-{self._seen[content]}"
