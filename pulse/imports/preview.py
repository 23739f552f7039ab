"""Looking at a file before it is imported: its columns, a mapping to start from, what looks odd.

The page, the API and the command line all begin here.
"""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.errors import Invalid
from pulse.imports.history import remembered_mapping
from pulse.imports.limited_decoding import open_limited
from pulse.tabular import outcome_column, validation
from pulse.tabular.inference import guess_mapping
from pulse.tabular.mapping import Mapping
from pulse.tabular.outcome_column import Against, Label
from pulse.tabular.parsing import stripped
from pulse.tabular.profiling import ColumnProfile, Sample, profile, sample
from pulse.tabular.readers import Source
from pulse.tabular.warnings import Caution, find_cautions

PREVIEW_ROWS = 50


class Cell(msgspec.Struct, frozen=True):
    """A cell as the file has it, and as Pulse reads it (None: not known); problem if it cannot."""

    text: str
    value: Any
    problem: bool = False


class PreviewRow(msgspec.Struct, frozen=True):
    """A row of the preview: its line in the file, its cells by column, why it would be rejected."""

    line: int
    cells: dict[str, Cell]
    reason: str = ""


class Examination(msgspec.Struct, frozen=True):
    """What Pulse makes of a file: nothing has been imported yet.

    rows counts the readable rows of the whole file; remembered says that the mapping is the one
    this business used for such a file before.
    """

    rows: int
    columns: list[ColumnProfile]
    mapping: Mapping
    remembered: bool
    cautions: list[Caution]
    preview: list[PreviewRow]


async def examine(scope: Scope, path: Path) -> Examination:
    """Look through a file; Invalid, in a CSM's words, when it is no table."""
    scope.require(Role.csm)
    source = await open_limited(path)
    known = await remembered_mapping(scope, source.columns)
    return await asyncio.to_thread(look_through, source, known)


async def preview(scope: Scope, path: Path, chosen: Mapping) -> list[PreviewRow]:
    """The first 50 rows, read by another mapping."""
    scope.require(Role.csm)
    source = await open_limited(path)
    return await asyncio.to_thread(preview_rows, source, chosen)


def look_through(source: Source, known: Mapping | None = None) -> Examination:
    """The same without a business: also for `pulse evaluate`. Blocking; reads the file once."""
    seen = sample(source)
    if not seen.rows and not seen.ragged:
        raise Invalid("The file has a header and no rows below it.", code="FILE_NO_ROWS")
    profiles = [profile(name, seen.frame[name]) for name in source.columns]
    label = _label(profiles, known)
    against = _hold_all(seen, profiles, label) if label else {}
    chosen = known or guess_mapping(profiles, label, against)
    cautions = find_cautions(seen, profiles, chosen, label, against)
    return Examination(
        seen.rows, profiles, chosen, known is not None, cautions, preview_rows(source, chosen)
    )


def preview_rows(source: Source, chosen: Mapping) -> list[PreviewRow]:
    """The first 50 rows as text and as values. Blocking."""
    batch = source.preview(PREVIEW_ROWS)
    rows: list[dict[str, Cell]] = [{} for _ in range(len(batch.frame))]
    reasons: list[list[str]] = [[] for _ in rows]
    for column in chosen.used:
        if column.column not in batch.frame.columns:
            continue
        text = stripped(batch.frame[column.column])
        values, wrong = validation.read_column(text, column)
        for at, (raw, value, bad) in enumerate(
            zip(batch.frame[column.column], values, wrong, strict=True)
        ):
            rows[at][column.column] = Cell(raw[:200], value, bool(bad))
            if bad:
                reasons[at].append(validation.reason(column, text[at]))
    good = [
        PreviewRow(int(line), cells, "; ".join(why))
        for line, cells, why in zip(batch.lines, rows, reasons, strict=True)
    ]
    odd = [PreviewRow(row.line, {}, row.reason) for row in batch.ragged]
    return sorted([*good, *odd], key=lambda row: row.line)[:PREVIEW_ROWS]


def _label(profiles: list[ColumnProfile], known: Mapping | None) -> Label | None:
    if known is None:
        return outcome_column.find_label(profiles)
    column = known.column("label")
    return Label(column.column, column.leaving) if column else None


def _hold_all(seen: Sample, profiles: list[ColumnProfile], label: Label) -> dict[str, Against]:
    outcome = outcome_column.stayed(seen.frame[label.column], label.leaving)
    held = {
        profile.column: outcome_column.assess_leakage(seen.frame[profile.column], profile, outcome)
        for profile in profiles
        if profile.column != label.column
    }
    return {name: against for name, against in held.items() if against is not None}
