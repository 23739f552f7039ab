"""Warnings about a file as a whole: encoding, truncation, sheets, and rows that are not data."""

from typing import NamedTuple

import polars as pl

from pulse.i18n.sentences import Place, Sentence, plural_sentence
from pulse.tabular import validation
from pulse.tabular.formats import encodings, odd_rows
from pulse.tabular.mapping import Mapping
from pulse.tabular.profiling import Sample
from pulse.tabular.readers import Source

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
        text = Sentence(
            "The file is not UTF-8; it is read as {name}. Wrong letters? Choose another one.",
            name=name,
        )
        found.append(FileCaution("encoding", "", text, "encoding"))
    if facts.bad_bytes:
        text = plural_sentence(
            "{n} byte is invalid in {encoding}, shown as “�”{cells}.",
            "{n} bytes are invalid in {encoding}, shown as “�”{cells}.",
            facts.bad_bytes,
            encoding=facts.encoding.upper(),
            cells=_damaged_cells(sample.frame),
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
        text = Sentence(
            "The sheet read is “{sheet}”. There are also: {others}.",
            sheet=facts.sheet,
            others=", ".join(others[:10]),
        )
        found.append(FileCaution("sheets", "", text, "sheet"))
    if facts.hidden:
        names = ", ".join(facts.hidden[:10])
        text = Sentence("Hidden sheets are left out: {names}.", names=names)
        found.append(FileCaution("hidden_sheet", "", text, "sheet"))
    if facts.dropped:
        text = Sentence(
            "These columns hold records or raw bytes and are left out: {names}.",
            names=", ".join(facts.dropped),
        )
        found.append(FileCaution("dropped", "", text))
    return found


def _rows(sample: Sample, mapping: Mapping, source: Source) -> list[FileCaution]:
    facts, found = source.facts, []
    if not facts.has_header and mapping.reading.header_row != 0:
        text = Sentence(
            "The first line looks like data, so the columns are numbered. Name the header's line "
            "if there is one."
        )
        found.append(FileCaution("no_header", "", text, "header row"))
    if facts.cut:
        text = Sentence(
            "The last line ends in the middle: the file was probably cut short. Export it again."
        )
        found.append(FileCaution("cut", "", text))
    elif facts.short_rows:
        text = plural_sentence(
            "{n} row has fewer cells than the header; missing cells count as empty.",
            "{n} rows have fewer cells than the header; missing cells count as empty.",
            facts.short_rows,
        )
        found.append(FileCaution("fewer", "", text))
    odd = validation.no_data(sample.frame, mapping)
    if odd:
        reasons = sorted({reason.split("; ")[-1] for reasons in odd.values() for reason in reasons})
        text = plural_sentence(
            "{n} row is not a customer ({reasons}), and not imported.",
            "{n} rows are not a customer ({reasons}), and not imported.",
            len(odd),
            reasons=_listed(reasons),
        )
        found.append(FileCaution("totals", "", text))
    return found


def _listed(reasons: list[str]) -> Sentence:
    """The reasons with commas between them."""
    places: dict[str, Place] = {f"r{n}": Sentence(one) for n, one in enumerate(reasons)}
    return Sentence(", ".join(f"{{{name}}}" for name in places), **places)


def _formulas(sample: Sample, source: Source) -> list[FileCaution]:
    if not source.facts.sheets:
        return []
    return [
        FileCaution(
            "no_values",
            column.name,
            Sentence(
                "No cell holds a value. If these are formulas, open the file in a spreadsheet "
                "program and save it: their results are not in the file."
            ),
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
            text = plural_sentence(
                "{n} cell shows a spreadsheet's error (“{error}”): read as empty.",
                "{n} cells show a spreadsheet's error (“{error}”): read as empty.",
                len(errors),
                error=errors[0].strip(),
            )
            found.append(FileCaution("formula_errors", column.name, text))
    return found
