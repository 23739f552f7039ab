"""Inspect a file before it is imported: its columns, a first mapping, and warnings.

Used by the page, the API and the command line.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.imports import custom_fields, mapping_memory
from pulse.imports.import_settings import ImportSettings
from pulse.imports.limited_decoding import open_limited
from pulse.tables.business import Business
from pulse.tables.staff import Staff
from pulse.tabular import outcome_column, validation
from pulse.tabular.guesses import mapping_reuse, own_files
from pulse.tabular.guesses.declared import CustomField, with_fields
from pulse.tabular.header_names import zone_of
from pulse.tabular.inference import guess_mapping
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.outcome_column import Label, LeakageCheck
from pulse.tabular.profiling import (
    ColumnProfile,
    FileHints,
    Sample,
    file_hints,
    profile,
    sample,
)
from pulse.tabular.readers import FileFacts, Source
from pulse.tabular.warnings import Caution, find_cautions
from pulse.tabular.wording import customers_gone, unknown_owners

PREVIEW_ROWS = 50


class Cell(msgspec.Struct, frozen=True):
    """A cell as in the file, and as Pulse reads it (None: not known); problem: why it cannot."""

    text: str
    value: Any
    problem: bool = False


class PreviewRow(msgspec.Struct, frozen=True):
    """A preview row: its line in the file, its cells by column, and why it would be rejected."""

    line: int
    cells: dict[str, Cell]
    reason: str = ""


class Examination(msgspec.Struct, frozen=True):
    """What Pulse found in a file; nothing has been imported yet.

    rows: readable rows of the whole file. remembered: the mapping is the one this business used
    for such a file before. file: how the file was opened.
    """

    rows: int
    columns: list[ColumnProfile]
    mapping: Mapping
    remembered: bool
    cautions: list[Caution]
    preview: list[PreviewRow]
    file: FileFacts = FileFacts()
    changes: list[str] = []
    """Differences to the last list of this kind."""


async def examine(scope: Scope, path: Path, wanted: ImportSettings | None = None) -> Examination:
    """Inspect a file; raises Invalid, with a message for a CSM, when it is no table."""
    scope.require(Permission.import_lists)
    scope.require_all()
    wanted = wanted or ImportSettings()
    source = await open_limited(path, wanted.reading)
    wanted = await _with_zone(scope, wanted, source.columns)
    known = await mapping_memory.remembered_mapping(scope, source.columns, wanted.source)
    whole = known is not None and not own_files.is_error_file(source.columns)
    before = await mapping_memory.last_ids(scope, known) if known and whole else None
    fields = await custom_fields.list_custom_fields(scope)
    found = await asyncio.to_thread(look_through, source, known, wanted, before, fields)
    strangers = await _unknown_owners(scope, found)
    return msgspec.structs.replace(found, cautions=[*found.cautions, *strangers])


async def _unknown_owners(scope: Scope, found: Examination) -> list[Caution]:
    """Owners in the list who are not staff of this business."""
    column = found.mapping.column("owner")
    profile = next((p for p in found.columns if column and p.column == column.column), None)
    if profile is None:
        return []
    async with tenant(scope):
        staff = await Staff.select(Staff.name, Staff.email).where(
            Staff.business_id == scope.business_id
        )
    known = {one[field].lower() for one in staff for field in ("name", "email")}
    named = profile.words or profile.examples
    strangers = [word for word in named if word.lower().strip() not in known]
    if not strangers:
        return []
    return [Caution("unknown_owner", profile.column, unknown_owners(strangers))]


async def preview(scope: Scope, path: Path, chosen: Mapping) -> list[PreviewRow]:
    """The first 50 rows, read with another mapping."""
    scope.require(Permission.import_lists)
    scope.require_all()
    source = await open_limited(path, chosen.reading)
    return await asyncio.to_thread(preview_rows, source, chosen)


async def _with_zone(
    scope: Scope, wanted: ImportSettings, columns: tuple[str, ...]
) -> ImportSettings:
    """The settings with a time zone: from the person, else a header, else the business."""
    if wanted.time_zone:
        if wanted.time_zone not in available_timezones():
            raise Invalid(f"“{wanted.time_zone}” is not a time zone: try Europe/London.")
        return wanted
    if named := zone_of(columns):
        return msgspec.structs.replace(wanted, time_zone=named)
    async with tenant(scope):
        mine = Business.select(Business.time_zone).where(Business.id == scope.business_id)
        found = await mine.first()
    return msgspec.structs.replace(wanted, time_zone=(found or {}).get("time_zone") or "UTC")


def look_through(
    source: Source,
    known: Mapping | None = None,
    wanted: ImportSettings | None = None,
    before: NDArray[np.uint32] | None = None,
    fields: Sequence[CustomField] = (),
) -> Examination:
    """Inspect a file without a business; also for `pulse evaluate`. Blocking; reads it once.

    before: the ids of the last list of this kind (`mapping_memory.last_ids`). fields: the custom
    fields of the business.
    """
    wanted = wanted or ImportSettings()
    seen = sample(source, id_column=_id_column(source, known) if before is not None else "")
    if not seen.rows and not seen.ragged:
        raise Invalid("The file has a header and no rows below it.", code="FILE_NO_ROWS")
    try:
        found = _suggest_mapping(source, seen, known, wanted, fields)
    except pl.exceptions.PolarsError as failed:
        raise Invalid(
            f"Pulse cannot make sense of this file: {str(failed).splitlines()[0]}. "
            "Save it as CSV (UTF-8) and try again.",
            code="FILE_UNREADABLE",
        ) from failed
    if before is None or not found.remembered:
        return found
    return msgspec.structs.replace(found, changes=[*found.changes, *_missing_ids(seen, before)])


def _id_column(source: Source, known: Mapping | None) -> str:
    identity = known.column("id") if known else None
    name = mapping_reuse.plain(identity.column) if identity else ""
    return next((column for column in source.columns if mapping_reuse.plain(column) == name), "")


def _missing_ids(seen: Sample, before: NDArray[np.uint32]) -> list[str]:
    gone = len(np.setdiff1d(before, mapping_memory.short_ids(seen.id_hashes)))
    if not gone:
        return []
    return [customers_gone(gone)]


def _suggest_mapping(
    source: Source,
    seen: Sample,
    known: Mapping | None,
    wanted: ImportSettings,
    fields: Sequence[CustomField],
) -> Examination:
    hints = file_hints(seen.frame, separator=source.separator, typed=source.facts.typed)
    hints = FileHints(
        wanted.decimal or hints.decimal,
        wanted.date_order or hints.date_order,
        hints.is_sure or bool(wanted.decimal),
    )
    rows = seen.frame.filter(~_non_data_rows(seen.frame, source))
    profiles = [profile(name, rows[name], hints) for name in source.columns]
    if known and wanted.kind and wanted.kind != known.kind:
        known = None
    label = _label(profiles, known, wanted.leaving)
    against = _leakages(seen, profiles, label) if label else {}
    guessed = guess_mapping(
        profiles, label, against, wanted.kind or (known.kind if known else None)
    )
    chosen, changes = mapping_reuse.adapted(known, guessed, profiles) if known else (guessed, [])
    chosen = _apply_settings(with_fields(chosen, fields), profiles, wanted)
    cautions = find_cautions(seen, profiles, chosen, label, against, source)
    return Examination(
        seen.rows,
        profiles,
        chosen,
        known is not None,
        cautions,
        preview_rows(source, chosen),
        source.facts,
        changes,
    )


def _non_data_rows(frame: pl.DataFrame, source: Source) -> pl.Series:
    """Repeated headers and totals, which would make a column look like text."""
    places = [
        place
        for name in source.columns[:1]
        for place in validation.no_data(frame, Mapping((ColumnMapping(name, "id"),)))
    ]
    mask = np.zeros(len(frame), bool)
    mask[places] = True
    return pl.Series(mask, dtype=pl.Boolean)


def _apply_settings(mapping: Mapping, seen: list[ColumnProfile], wanted: ImportSettings) -> Mapping:
    """The mapping; what the person has set takes precedence over guesses and memory."""
    found = {profile.column: profile for profile in seen}
    columns = tuple(_apply_column_settings(c, found.get(c.column), wanted) for c in mapping.columns)
    return msgspec.structs.replace(
        mapping,
        columns=columns,
        reading=wanted.reading,
        time_zone="" if wanted.time_zone == "UTC" else wanted.time_zone or mapping.time_zone,
        blanks=wanted.blanks or mapping.blanks,
        source=wanted.source or mapping.source,
    )


def _apply_column_settings(
    column: ColumnMapping, found: ColumnProfile | None, wanted: ImportSettings
) -> ColumnMapping:
    changes: dict[str, Any] = {}
    if wanted.decimal and column.reads_as == "number":
        changes["decimal"] = wanted.decimal
    counted = found is not None and found.date_order in ("serial", "unix", "iso")
    if wanted.date_order and column.reads_as == "date" and not counted:
        changes["date_order"] = wanted.date_order
    if wanted.leaving and column.role == "label":
        changes["leaving"] = wanted.leaving
    return msgspec.structs.replace(column, **changes) if changes else column


def preview_rows(source: Source, chosen: Mapping) -> list[PreviewRow]:
    """The first 50 rows as text and as values. Blocking."""
    batch = source.preview(PREVIEW_ROWS)
    rows: list[dict[str, Cell]] = [{} for _ in range(len(batch.frame))]
    reasons: list[list[str]] = [[] for _ in rows]
    for column in chosen.used:
        if column.column not in batch.frame.columns:
            continue
        text = validation.stripped_for(batch.frame[column.column], column)
        values, wrong = validation.read_column(text, column, chosen.time_zone)
        for at, (raw, value, bad) in enumerate(
            zip(batch.frame[column.column], values, wrong, strict=True)
        ):
            rows[at][column.column] = Cell(raw[:200], value, bool(bad))
            if bad and column.rejects:
                reasons[at].append(validation.reason(column, text[at]))
    good = [
        PreviewRow(int(line), cells, "; ".join(why))
        for line, cells, why in zip(batch.lines, rows, reasons, strict=True)
    ]
    odd = [PreviewRow(row.line, {}, row.reason) for row in batch.ragged]
    return sorted([*good, *odd], key=lambda row: row.line)[:PREVIEW_ROWS]


def _label(
    profiles: list[ColumnProfile], known: Mapping | None, wanted: tuple[str, ...]
) -> Label | None:
    if known is None or (wanted and known.label is None):
        return outcome_column.find_label(profiles, wanted)
    return outcome_column.label_of(known)


def _leakages(seen: Sample, profiles: list[ColumnProfile], label: Label) -> dict[str, LeakageCheck]:
    outcome = outcome_column.stayed(seen.frame[label.column], label)
    held = {
        profile.column: outcome_column.assess_leakage(seen.frame[profile.column], profile, outcome)
        for profile in profiles
        if profile.column != label.column
    }
    return {name: against for name, against in held.items() if against is not None}
