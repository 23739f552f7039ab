"""Warnings about a file as a whole: encoding, truncation, sheets, and rows that are not data."""

from typing import NamedTuple

import polars as pl

from pulse.tabular import validation
from pulse.tabular.formats import encodings, odd_rows
from pulse.tabular.mapping import Mapping
from pulse.tabular.profiling import Sample
from pulse.tabular.readers import Source
from pulse.tabular.wording import with_verb

_SHOWN = 3


class FileCaution(NamedTuple):
    """A warning about the file; fields as in `warnings.Caution`."""

    kind: str
    column: str
    text: str
    control: str = ""


def find(sample: Sample, mapping: Mapping, source: Source) -> list[FileCaution]:
    """The warnings that apply to this file.

    Kinds: encoding, bad_bytes, sheets, fewer, cut, no_header, totals, dropped, no_values,
    formula_errors.
    """
    return [*_text(sample, source), *_sheets(source), *_rows(sample, mapping, source),
            *_formulas(sample, source), *_errors(sample)]  # fmt: skip


def _text(sample: Sample, source: Source) -> list[FileCaution]:
    facts, found = source.facts, []
    if not facts.encoding.startswith("utf") and not mapping_says(facts.encoding):
        name = encodings.CHOICES.get(facts.encoding, facts.encoding)
        text = f"The file is not UTF-8; it is read as {name}. Wrong letters? Choose another one."
        found.append(FileCaution("encoding", "", text, "encoding"))
    if facts.bad_bytes:
        text = (
            f"{with_verb(facts.bad_bytes, 'byte', 'is', 'are')} invalid in "
            f"{facts.encoding.upper()}, shown as “�”"
            f"{_damaged_cells(sample.frame)}."
        )
        found.append(FileCaution("bad_bytes", "", text, "encoding"))
    return found


def mapping_says(encoding: str) -> bool:
    """Whether the file itself declares its encoding, so that no warning is needed."""
    return encoding in ("utf-16", "utf-32", "utf-16-le", "utf-16-be")


def _damaged_cells(frame: pl.DataFrame) -> str:
    cells = [
        f"{column.name}: “{cell[:40]}”"
        for column in frame.iter_columns()
        for cell in column.filter(column.str.contains("\ufffd")).head(_SHOWN)
    ]
    return f" ({', '.join(cells[:_SHOWN])})" if cells else ""


def _sheets(source: Source) -> list[FileCaution]:
    facts, found = source.facts, []
    others = [name for name in facts.sheets if name != facts.sheet]
    if others:
        text = f"The sheet read is “{facts.sheet}”. There are also: {', '.join(others[:10])}."
        found.append(FileCaution("sheets", "", text, "sheet"))
    if facts.hidden:
        text = f"Hidden sheets are left out: {', '.join(facts.hidden[:10])}."
        found.append(FileCaution("hidden_sheet", "", text, "sheet"))
    if facts.dropped:
        text = (
            f"These columns hold records or raw bytes and are left out: {', '.join(facts.dropped)}."
        )
        found.append(FileCaution("dropped", "", text))
    return found


def _rows(sample: Sample, mapping: Mapping, source: Source) -> list[FileCaution]:
    facts, found = source.facts, []
    if not facts.has_header and mapping.reading.header_row != 0:
        text = "The first line looks like data, so the columns are numbered. Name the header's line"
        found.append(FileCaution("no_header", "", text + " if there is one.", "header row"))
    if facts.cut:
        text = "The last line ends in the middle: the file was probably cut short. Export it again."
        found.append(FileCaution("cut", "", text))
    elif facts.short_rows:
        text = (
            f"{with_verb(facts.short_rows, 'row', 'has', 'have')} fewer cells than the header; "
            "missing cells count as empty."
        )
        found.append(FileCaution("fewer", "", text))
    odd = validation.no_data(sample.frame, mapping)
    if odd:
        reasons = sorted({reason.split("; ")[-1] for reasons in odd.values() for reason in reasons})
        rows = with_verb(len(odd), "row", "is", "are")
        text = f"{rows} not a customer ({', '.join(reasons)}), and not imported."
        found.append(FileCaution("totals", "", text))
    return found


def _formulas(sample: Sample, source: Source) -> list[FileCaution]:
    if not source.facts.sheets:
        return []
    return [
        FileCaution(
            "no_values",
            column.name,
            "No cell holds a value. If these are formulas, open the file in a spreadsheet program "
            "and save it: their results are not in the file.",
        )
        for column in sample.frame.iter_columns()
        if (column == "").all() and not column.name.startswith("column ")
    ]


def _errors(sample: Sample) -> list[FileCaution]:
    """Columns with cells that hold a spreadsheet error instead of a value."""
    found = []
    for column in sample.frame.iter_columns():
        errors = column.filter(column.str.strip_chars().str.contains(odd_rows.ERROR))
        if len(errors):
            cells = with_verb(len(errors), "cell", "shows", "show")
            text = f"{cells} a spreadsheet's error (“{errors[0].strip()}”): read as empty."
            found.append(FileCaution("formula_errors", column.name, text))
    return found
