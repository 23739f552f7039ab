"""Point-in-time outcomes of customers, to learn from and to evaluate on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pulse.errors import Invalid
from pulse.i18n.sentences import Number, Sentence
from pulse.scoring.metrics.attribute_kinds import days_since_epoch
from pulse.scoring.metrics.event_features import Bools, Facts, Objects, Past

LATEST_GAP = 0.1
"""Share of the window that may lack events at its end, such as a quiet weekend."""


@dataclass(frozen=True)
class Outcomes:
    """The customers whose outcome is known, and the outcome."""

    known: Bools
    """[N] whether the outcome is known."""
    stayed: Bools
    """[N] valid where `known`."""


def by_attribute(values: Objects, churned: Iterable[str]) -> Outcomes:
    """From an attribute such as "churned": these values mean left, a blank means not known."""
    left = {str(word).strip().lower() for word in churned}
    said = [None if value is None else str(value).strip().lower() for value in values]
    known = np.fromiter((bool(word) for word in said), bool, len(said))
    stayed = np.fromiter((word not in left for word in said), bool, len(said))
    return Outcomes(known, stayed & known)


def by_leaving_date(values: Objects, as_of: float) -> Outcomes:
    """From the leaving date of each customer; no date, or one in the future, means stayed.

    values: [N] dates as attributes hold them; as_of: days since epoch. A text that is no date means
    not known.
    """
    days = np.array([days_since_epoch(value) for value in values], dtype=np.float64)
    blank = np.array([not str(value or "").strip() for value in values], dtype=bool)
    known = blank | ~np.isnan(days)
    return Outcomes(known, known & ~(days <= as_of))


def by_events(
    facts: Facts,
    as_of: float,
    *,
    event: str | Iterable[str] | None,
    within_days: float,
    active_days: float,
) -> Outcomes:
    """Whether customers active before `as_of` had such an event within so many days after it.

    Known are customers with such an event in the `active_days` before; only later events decide.
    Raises Invalid when the events end before the window does, because the outcomes are not known
    yet.
    """
    kinds = event if event is None or isinstance(event, str) else tuple(event)
    latest = float(facts.events.at.max(initial=-np.inf))
    end = as_of + within_days
    if latest < end - within_days * LATEST_GAP:
        raise Invalid(
            Sentence(
                "The events end before the {days} days after that date are over: what happened to "
                "those customers is not known yet.",
                days=Number(within_days),
            ),
            code="OUTCOME_NOT_KNOWN_YET",
        )
    before = Past(facts, as_of).events(kinds, active_days).count() > 0
    after = Past(facts, end).events(kinds, within_days).count() > 0
    return Outcomes(before, after & before)
