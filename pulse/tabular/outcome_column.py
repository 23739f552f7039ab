"""Find the column that says who left, and compare every other column with it.

Leaving is given as yes or no, as a status, or as a leaving date in the past.

`auc` is the chance that, of two customers, the one who stayed has the higher value (0.5 = no
relation). A column that alone separates the two groups is a leak: it was recorded after the fact.
"""

from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse import clock
from pulse.tabular import parsing
from pulse.tabular.guesses import leaving
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import Mapping
from pulse.tabular.profiling import ColumnProfile

LEAK_AUC = 0.45  # distance from 0.5
TELLS_AUC = 0.03  # below this distance a column tells almost nothing
FEWEST_OF_A_VALUE = 30
FEWEST_OF_EACH = 20
FILLED_LEAST, FILLED_EXPECTED = 30, 10.0
"""A column is filled for leavers only from this many customers on, if chance would give it that
many who stayed."""
STRAY_STAYERS = 0.02
"""The share of stayers up to which it counts as filled for leavers only."""


class Label(msgspec.Struct, frozen=True):
    """The label column and the values in it that mean the customer has left.

    date_order: set when the column holds leaving dates instead of words.
    """

    column: str
    leaving: tuple[str, ...] = ()
    date_order: str = ""


class LeakageCheck(msgspec.Struct, frozen=True):
    """The comparison of one column with the label.

    auc: of the values against "stayed", 0 to 1. rates: for columns with few values, the share of
    customers who stayed, by value; values of fewer than 30 customers are left out. only_left:
    whether only customers who left have a value (or one that is not zero).
    """

    auc: float
    rates: dict[str, float]
    only_left: bool = False

    @property
    def leaks(self) -> bool:
        """Whether the column alone almost determines who left."""
        return abs(self.auc - 0.5) > LEAK_AUC

    @property
    def tells(self) -> bool:
        """Whether the column tells anything about who left."""
        return abs(self.auc - 0.5) >= TELLS_AUC


def find_label(profiles: list[ColumnProfile], wanted: tuple[str, ...] = ()) -> Label | None:
    """The column that looks like an outcome, by its name or its values.

    wanted: values that a person has named as "has left".
    """
    best: tuple[int, Label] | None = None
    for column in profiles:
        worth, label = _as_label(column, wanted)
        if worth and (best is None or worth > best[0]):
            best = (worth, label)
    return best[1] if best else None


def label_of(mapping: Mapping) -> Label | None:
    """The label that a mapping defines."""
    column = mapping.label
    if column is None:
        return None
    return Label(column.column, column.leaving, column.date_order if _is_dated(column) else "")


def _is_dated(column: Any) -> bool:
    return bool(column.reads_as == "date" and not column.leaving)


def stayed(column: pl.Series, label: Label) -> NDArray[np.float64]:
    """Per row: 1 for stayed, 0 for left, NaN for unknown.

    A blank is unknown where the column has values for both. In a column of leaving dates, or where
    only leaving has a value, a blank means stayed.
    """
    text = parsing.stripped(column)
    if label.date_order:
        moments = parsing.dates(parsing.no_dates(text), label.date_order)
        gone = (moments <= clock.now()).fill_null(False)
        unread = moments.is_null() & parsing.no_dates(text).is_not_null()
        return np.where(unread.to_numpy(), np.nan, (~gone).cast(pl.Float64).to_numpy())
    words = text.str.to_lowercase()
    left = words.is_in([word.lower() for word in label.leaving]).fill_null(False)
    blank = text.is_null()
    if not (~left & ~blank).any():
        blank = blank & False
    return np.where(blank.to_numpy(), np.nan, (~left).cast(pl.Float64).to_numpy())


def assess_leakage(
    text: pl.Series, profile: ColumnProfile, outcome: NDArray[np.float64]
) -> LeakageCheck | None:
    """Compare a column of the sample with who stayed; None when there are too few rows."""
    known = ~np.isnan(outcome)
    if min((outcome[known] == 0).sum(), (outcome[known] == 1).sum()) < FEWEST_OF_EACH:
        return None
    clean = parsing.stripped(text)
    rates = _rates(clean, outcome) if profile.words else {}
    if profile.type == "number":
        measured = parsing.numbers(parsing.no_numbers(clean), profile.decimal).to_numpy()
    elif profile.type == "date":
        measured = (
            parsing.dates(parsing.no_dates(clean), profile.date_order).dt.timestamp("ms").to_numpy()
        )
    elif profile.words:
        measured = clean.replace_strict(rates, default=None, return_dtype=pl.Float64).to_numpy()
    else:
        return None
    filled = clean.is_not_null().to_numpy()
    if profile.type == "number":
        filled &= np.nan_to_num(measured.astype(np.float64)) != 0
    only_left = is_only_of_leavers(filled[known], outcome[known] == 1)
    return LeakageCheck(auc(measured.astype(np.float64), outcome), rates, only_left)


def is_only_of_leavers(filled: NDArray[np.bool_], stayed: NDArray[np.bool_]) -> bool:
    """Whether a column is filled for leavers only, where chance would give stayers some values."""
    customers, usual = int(filled.sum()), float(stayed.mean())
    if customers < FILLED_LEAST or customers * usual < FILLED_EXPECTED:
        return False
    return float(stayed[filled].mean()) <= min(STRAY_STAYERS, usual / 10)


def auc(measured: NDArray[np.float64], outcome: NDArray[np.float64]) -> float:
    """Area under the ROC curve of `measured` for outcome 1 against 0; 0.5 where undefined."""
    known = ~np.isnan(measured) & ~np.isnan(outcome)
    ones = outcome[known] == 1
    positive, negative = int(ones.sum()), int((~ones).sum())
    if not positive or not negative:
        return 0.5
    ranks = pl.Series(measured[known]).rank("average").to_numpy()
    above = ranks[ones].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def _rates(text: pl.Series, outcome: NDArray[np.float64]) -> dict[str, float]:
    table = (
        pl.DataFrame({"word": text, "stayed": pl.Series(outcome).fill_nan(None)})
        .drop_nulls()
        .group_by("word")
        .agg(pl.col("stayed").mean(), pl.len().alias("n"))
        .filter(pl.col("n") >= FEWEST_OF_A_VALUE)
        .sort("n", descending=True)
    )
    return dict(zip(table["word"].to_list(), table["stayed"].to_list(), strict=True))


def _as_label(column: ColumnProfile, wanted: tuple[str, ...]) -> tuple[int, Label]:
    """How much a column looks like the outcome (0: not at all), and the values that mean left."""
    words = words_of(column.column)
    said = {word.lower() for word in wanted}
    chosen = tuple(word for word in column.words if word.lower() in said)
    if chosen:
        return 20, Label(column.column, chosen)
    if column.type == "date":
        worth = 5 if leaving.is_leaving_date(words) else 0
        return worth, Label(column.column, (), column.date_order)
    left = leaving.leaving_values(words, column.words, column.distinct)
    if not left:
        return 0, Label(column.column)
    named = leaving.names_leaving(words)
    return 10 - min(len(words), 4) if named else 4, Label(column.column, left)
