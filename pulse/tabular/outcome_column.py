"""The column that says who left: finding it, and holding every other column against it.

`auc` is the chance that a customer who stayed has the higher value of the two (0.5 = no relation);
a column that alone tells the two apart is a leak: it was written down after the fact.
"""

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.tabular import header_hints, parsing
from pulse.tabular.header_names import words_of
from pulse.tabular.profiling import ColumnProfile

LEAK_AUC = 0.45  # distance from 0.5
TELLS_AUC = 0.03  # below this distance a column says next to nothing
FEWEST_OF_A_VALUE = 30
FEWEST_OF_EACH = 20


class Label(msgspec.Struct, frozen=True):
    """The label column and the words in it that mean the customer has left."""

    column: str
    leaving: tuple[str, ...]


class Against(msgspec.Struct, frozen=True):
    """One column held against the label.

    auc is of values against "stayed"; rates are the shares that stayed, by value (for columns of
    few values), with values that fewer than 30 customers have left out.
    """

    auc: float
    rates: dict[str, float]

    @property
    def leaks(self) -> bool:
        """Whether the column alone nearly tells who left."""
        return abs(self.auc - 0.5) > LEAK_AUC

    @property
    def tells(self) -> bool:
        """Whether the column says anything about who left."""
        return abs(self.auc - 0.5) >= TELLS_AUC


def find_label(profiles: list[ColumnProfile]) -> Label | None:
    """The column with two values that looks like an outcome, by its name or by its words."""
    best: tuple[int, Label] | None = None
    for column in profiles:
        worth = _looks_like_label(column)
        if worth and (best is None or worth > best[0]):
            best = (worth, Label(column.column, leaving_words(column.words)))
    return best[1] if best else None


def leaving_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the values mean "has left"; the rarer one where no word says so."""
    said = [word for word in words if _means_leaving(word)]
    return tuple(said) if 0 < len(said) < len(words) else words[-1:]


def stayed(column: pl.Series, leaving: tuple[str, ...]) -> NDArray[np.float64]:
    """1 for stayed, 0 for left, NaN where the label is blank."""
    text = parsing.stripped(column)
    left = text.str.to_lowercase().is_in([word.lower() for word in leaving])
    return np.where(text.is_null().to_numpy(), np.nan, (~left).cast(pl.Float64).to_numpy())


def assess_leakage(
    text: pl.Series, profile: ColumnProfile, outcome: NDArray[np.float64]
) -> Against | None:
    """Compare a column of the sample with who stayed; None where there is too little to say."""
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
    return Against(auc(measured.astype(np.float64), outcome), rates)


def auc(measured: NDArray[np.float64], outcome: NDArray[np.float64]) -> float:
    """Area under the ROC curve of `measured` for outcome 1 against 0; 0.5 where it cannot be."""
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


def _looks_like_label(column: ColumnProfile) -> int:
    """0 for no; more for a better name or better words."""
    if column.distinct != 2 or column.filled < 0.5:
        return 0
    words = words_of(column.column)
    if header_hints.says(words, header_hints.NOT_LEAVING):
        return 0
    named = header_hints.says(words, header_hints.LEAVING_NAMES)
    spoken = any(_means_leaving(word) for word in column.words if len(word) > 4)
    numbers = all(word.replace(".", "").isdigit() for word in column.words)
    if named:
        return 10 - min(len(words), 5)
    explicit = any(_says_churn(word) for word in column.words)
    is_state = explicit or header_hints.says(
        words, ("status", "state", "kundenstatus", "statut", "estado")
    )
    return 2 if spoken and is_state and not numbers and column.type == "category" else 0


def _says_churn(word: str) -> bool:
    return any(part in word.lower() for part in ("churn", "attrit", "former customer"))


def _means_leaving(word: str) -> bool:
    text = word.lower().strip()
    if text in ("1", "1.0", "y", "t"):
        return True
    if any(text.startswith(stay) for stay in header_hints.STAYING_WORDS):
        return False
    return any(leave in text for leave in header_hints.LEAVING_WORDS)
