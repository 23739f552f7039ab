"""Read a file as an import does, without a database; returns the rows and the warnings."""

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from pulse.imports.event_import import EventStager
from pulse.imports.import_settings import ImportSettings
from pulse.imports.preview import Examination, look_through
from pulse.imports.upsert import staged
from pulse.tabular.first_pass import survey
from pulse.tabular.mapping import Mapping
from pulse.tabular.readers import open_source
from pulse.tabular.validation import read

CASES = Path(__file__).parent / "cases"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class Outcome(msgspec.Struct):
    """rows: by the customer's id, with fields and attributes together."""

    seen: Examination
    rows: dict[str, dict[str, Any]]
    total: int
    rejected: list[tuple[int, str]]
    unread: dict[str, int]
    events: list[dict[str, Any]] = []
    texts: pl.DataFrame = pl.DataFrame()
    """The cells of the customers' rows as in the file."""

    @property
    def cautions(self) -> set[str]:
        return {caution.kind for caution in self.seen.cautions}

    def role(self, column: str) -> str:
        return next(c.role for c in self.seen.mapping.columns if c.column == column)


def read_case(
    name: str | Path,
    folder: Path,
    wanted: ImportSettings | None = None,
    known: Mapping | None = None,
) -> Outcome:
    """Read the case with this name, copied into `folder` (files are prepared in place)."""
    path = Path(shutil.copy(CASES / name if isinstance(name, str) else name, folder / "upload"))
    path.chmod(0o600)
    wanted = wanted or ImportSettings()
    source = open_source(path, wanted.reading)
    seen = look_through(source, known, wanted)
    found = survey(source, seen.mapping)
    rows: dict[str, dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    stager = EventStager(seen.mapping) if seen.mapping.kind == "events" else None
    left_out = set(found.left_out.tolist())
    for checked in read(source, seen.mapping):
        frame = stager.staged(checked.valid) if stager else staged(checked.valid, seen.mapping)
        for line, row in zip(
            checked.valid.lines.tolist(), frame.iter_rows(named=True), strict=True
        ):
            if stager:
                events.append(row)
            elif line not in left_out:
                rows[row["external_id"]] = _plain(row)
    bad = left_out | {row.line for row in found.rejected}
    texts = pl.concat(
        [
            batch.frame.filter(pl.Series([line not in bad for line in batch.lines.tolist()]))
            for batch in source.batches()
        ]
    )
    rejected = [(row.line, row.reason) for row in found.rejected]
    unread = {one.column: one.count for one in found.unread}
    return Outcome(seen, rows, found.rows, rejected, unread, events, texts)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    attributes = json.loads(row.pop("attributes"))
    for name in ("first_seen_at",):
        row[name] = row[name].strftime(MOMENT) if row[name] else None
    row["tags"] = (row["tags"] or "").split(",") if row["tags"] else []
    row["name"] = row["name"] or ""
    return {**attributes, **row}
