"""Read any labelled customer list as metrics and outcomes, the same way as an import reads it.

Blanks, spaces, separators, encodings and headers are handled by `pulse.tabular`. Here columns
become metrics: numbers, yes/no as 1 and 0, dates as age, texts with few values as categories. Where
blanks relate to staying or leaving, whether the column is known becomes a separate yes/no metric.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.learning.known_flags import blanks_tell, known_definition, known_of
from pulse.scoring.metrics.attribute_kinds import year_of
from pulse.scoring.metrics.candidate_metrics import FREE_TEXT, kind_of
from pulse.scoring.metrics.catalogue import Direction, MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.tabular import header_hints, parsing
from pulse.tabular.header_names import words_of
from pulse.tabular.profiling import ColumnProfile, profile
from pulse.tabular.readers import open_source

_BLANKS = ("null", "na", "nil", "nan", "unknown")
_TEXTS = ("text", "phone", "email", "url")

COPIES = 0.02
"""Share of exact copies up to which they are treated as different customers."""


@dataclass(frozen=True)
class Labelled:
    """N customers with their metrics and whether they stayed."""

    catalogue: tuple[MetricDefinition, ...]
    """Directions are derived from names, for warnings and not for learning."""
    measured: dict[str, Floats | Objects]
    stayed: Bools
    warnings: tuple[str, ...]


def read_labelled(path: Path, label: str, churned: str, id_column: str | None = None) -> Labelled:
    """Read a list in which the column `label` has the value `churned` for those who left.

    Raises Invalid, with what was found instead, when the file, the column or the value is missing.
    """
    frame = _frame(path)
    label = _column(frame, label)
    outcome, warnings = _outcomes(frame[label], churned)
    frame = frame.drop(label).filter(outcome.is_not_null())
    stayed = ~outcome.drop_nulls().to_numpy()
    if id_column is not None:
        id_column = _column(frame, id_column)
    keep, repeated = _without_repeats(frame.with_columns(pl.Series("", stayed)), id_column)
    frame, stayed = frame.filter(keep), stayed[keep.to_numpy()]
    columns = [name for name in frame.columns if name != id_column]
    catalogue, measured, unread = _measured(frame, columns, stayed)
    return Labelled(tuple(catalogue), measured, stayed, (*warnings, *repeated, *unread))


def _frame(path: Path) -> pl.DataFrame:
    """Every row as text; a prepared copy, if needed, is written to a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder) / path.name
        beside.symlink_to(path.resolve())
        source = open_source(beside)
        parts = [batch.frame for batch in source.batches()]
    if not parts or not sum(map(len, parts)):
        raise Invalid("The file has a header and no rows.", code="FILE_EMPTY")
    return pl.concat(parts)


def _column(frame: pl.DataFrame, wanted: str) -> str:
    """The column with this name, ignoring spaces and case."""
    plain = " ".join(wanted.split()).lower()
    for name in frame.columns:
        if name.lower() == plain:
            return name
    raise Invalid(
        Sentence(
            "There is no column “{wanted}”. There are: {columns}.",
            wanted=wanted,
            columns=", ".join(frame.columns[:40]),
        ),
        code="COLUMN_MISSING",
        column=wanted,
    )


def _outcomes(column: pl.Series, churned: str) -> tuple[pl.Series, list[str]]:
    """[N] True = left, null = blank; "1" and "1.0" are equal, and so are " Yes" and "yes"."""
    text = _plain(parsing.stripped(column))
    whole = _plain(pl.Series([churned.strip()]))
    wanted = (
        whole
        if text.is_in(whole.implode()).any()
        else _plain(pl.Series([word.strip() for word in churned.split(",")]))
    )
    left = text.is_in(wanted.implode()).set(text.is_null(), None)
    if not left.any():
        there = ", ".join(f"“{word}”" for word in text.drop_nulls().unique().sort().head(10))
        raise Invalid(
            Sentence(
                "No row has “{churned}” in “{name}”. There are: {there}.",
                churned=churned,
                name=column.name,
                there=there,
            ),
            code="LABEL_VALUE_MISSING",
        )
    blank = int(text.null_count())
    told = [f"{blank:,} rows have no “{column.name}” and are left out."] if blank else []
    return left, told + _other_values(column.name, text.filter(~left), churned)


def _other_values(name: str, others: pl.Series, churned: str) -> list[str]:
    """The question to ask when an outcome has more than two values: which of them mean left?"""
    counts = others.drop_nulls().value_counts(sort=True)
    if len(counts) < 2:
        return []
    said = ", ".join(f"“{word}” ({count:,})" for word, count in counts.head(6).iter_rows())
    return [
        f"“{name}” has {len(counts) + 1} values; {said} are taken as stayed. Is that right? "
        f"If one of them means left, write it beside “{churned}”, separated by a comma; if one "
        "says nothing yet, leave its rows out of the list."
    ]


def _plain(text: pl.Series) -> pl.Series:
    return text.str.to_lowercase().str.replace(r"^(-?\d+)\.0+$", "$1")


def _without_repeats(frame: pl.DataFrame, id_column: str | None) -> tuple[pl.Series, list[str]]:
    """The rows to keep, and a message: the first row of each id; without ids, see COPIES."""
    everybody = pl.repeat(True, len(frame), eager=True)
    if id_column is not None:
        keep = frame[id_column].is_first_distinct()
        dropped = len(frame) - int(keep.sum())
        told = f"{dropped:,} rows repeat an earlier “{id_column}” and are left out."
        return keep, [told] if dropped else []
    if max(frame[name].n_unique() for name in frame.columns) <= FREE_TEXT * len(frame):
        return everybody, []  # with only a few categories, equal rows may be different customers
    keep = frame.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    copies = len(frame) - int(keep.sum())
    if not copies:
        return everybody, []
    told = f"{copies:,} rows are exact copies of an earlier row"
    if copies > COPIES * len(frame):
        return keep, [f"{told} and are left out."]
    return everybody, [f"{told}; if these are the same customers, the figures are too good."]


def _measured(
    frame: pl.DataFrame, columns: Sequence[str], stayed: Bools
) -> tuple[list[MetricDefinition], dict[str, Floats | Objects], list[str]]:
    catalogue: list[MetricDefinition] = []
    measured: dict[str, Floats | Objects] = {}
    warnings: list[str] = []
    for name in columns:
        text = parsing.without_words(parsing.stripped(frame[name]), _BLANKS)
        found = profile(name, text)
        if found.type in _TEXTS and found.distinct > FREE_TEXT * found.filled * len(frame) > 0:
            warnings.append(f"“{name}” names or describes single customers and is left out.")
            continue
        read = _read(text, found)
        catalogue.append(_definition(name, found))
        measured[name] = read
        known = known_of(read)
        if blanks_tell(known, stayed):
            catalogue.append(known_definition(name))
            measured[f"{name} known"] = known.astype(np.float64)
    return catalogue, measured, warnings


def _read(text: pl.Series, found: ColumnProfile) -> Floats | Objects:
    if found.type == "number":
        return _floats(parsing.numbers(parsing.no_numbers(text), found.decimal))
    if found.type == "flag":
        return _floats(parsing.flags(parsing.no_values(text)))
    if found.type == "date":
        days = (
            _floats(parsing.dates(parsing.no_dates(text), found.date_order).dt.epoch("s"))
            / 86_400.0
        )
        return _dated(kind_of(found), days)
    named = np.empty(len(text), dtype=object)
    named[:] = text.to_list()
    return named


def _dated(kind: str | None, days: Floats) -> Floats:
    """Dates as the metric that Scorecard → Learn makes of them; today is the latest of them."""
    if kind == "attribute_date" or not (~np.isnan(days)).any():
        return year_of(days)
    return np.asarray(np.nanmax(days) - days)


def _floats(series: pl.Series) -> Floats:
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def _definition(name: str, found: ColumnProfile) -> MetricDefinition:
    kind = kind_of(found) or "attribute_category"
    words = words_of(name)
    direction: Direction = "none"
    if found.type == "number" and not header_hints.says(words, header_hints.ABOUT_THE_PERSON):
        direction = header_hints.direction_of(words)
    signal = header_hints.signal_of(words) or "engagement"
    return MetricDefinition(name, name, "", signal, direction, kind, {"attribute": name})
