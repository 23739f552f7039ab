"""What-if curves: one customer's strength by the value of a metric they can influence."""

import math

import msgspec
import numpy as np

from pulse.auth.businesses import business_by_id
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import NotFound
from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.scoring import scorecard_store
from pulse.scoring.curves import Linear
from pulse.scoring.factors import Row
from pulse.scoring.formatting import format_value, label_for_customer
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.queries import Reader, picture
from pulse.scoring.recommendations import as_row
from pulse.scoring.scorecard import score_values
from pulse.scoring.scorecard_store import Published

MOST_STEPS = 12


class PossibleValue(msgspec.Struct, frozen=True):
    """One value as text, and the resulting strength (0–100)."""

    text: str
    strength: float


class WhatIfCurve(msgspec.Struct, frozen=True):
    """The values in the order of a slider; `now`: index of the current value."""

    feature: str
    label: str
    now: int
    possible: tuple[PossibleValue, ...]


async def what_if_of_customer(
    scope: Scope, external_id: str, feature: str, locale: str | None = None
) -> WhatIfCurve:
    """Return `what_if_curve` for one customer's current data, in their widget's language."""
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id, Reader(locale, business.locale))
        if seen.identity.identity_strength is None:
            raise _nothing()
        version = await scorecard_store.version_by_id(unit, seen.person["scorecard_id"])
    return what_if_curve(
        version, seen.person["metric_values"], feature, seen.words, seen.habit is not None
    )


def what_if_curve(
    version: Published,
    values: Row,
    feature: str,
    words: Words = ENGLISH,
    habitual: bool = False,
) -> WhatIfCurve:
    """Return the strength for the current value of a metric and for better ones.

    All other values stay the same. Raises NotFound for a metric that the customer cannot influence,
    that is not a number, or that is unknown. habitual: as of `format_value`.
    """
    definition = _may_be_asked(version, feature)
    columns = [term.metric for term in version.card.terms]
    column = columns.index(feature)
    row = as_row(values)
    start = float(row[column])
    if math.isnan(start):
        raise _nothing()
    tried = _values(version, column, definition, start)
    rows = np.tile(row, (len(tried), 1))
    rows[:, column] = tried
    strengths = score_values(version.card, rows).strength
    return WhatIfCurve(
        feature,
        label_for_customer(definition, words),
        0,
        tuple(
            PossibleValue(
                format_value(definition, value, words, habitual=habitual), float(strength)
            )
            for value, strength in zip(tried, strengths, strict=True)
        ),
    )


def _may_be_asked(version: Published, feature: str) -> MetricDefinition:
    definition = next((one for one in version.catalogue if one.key == feature), None)
    term = next((one for one in version.card.terms if one.metric == feature), None)
    if definition is None or term is None or not isinstance(term.curve, Linear):
        raise _nothing()
    if not (definition.actionable and definition.customer_visible):
        raise _nothing()
    return definition


def _values(
    version: Published, column: int, definition: MetricDefinition, start: float
) -> list[float]:
    """Return the current value and better ones to the end of the curve; integers stay integers."""
    curve = version.card.terms[column].curve
    assert isinstance(curve, Linear)
    last = max(curve.xs) if definition.direction == "higher" else min(curve.xs)
    better = last > start if definition.direction == "higher" else last < start
    if not better:
        return [start]
    steps = np.linspace(start, last, MOST_STEPS)
    if start == round(start) or abs(last - start) >= MOST_STEPS:
        steps = np.unique(np.concatenate([[start], np.round(steps[1:])]))
        steps = steps if definition.direction == "higher" else steps[::-1]
    return [start, *(float(value) for value in steps if value != start)]


def _nothing() -> NotFound:
    return NotFound("This is not something the customer can change.", code="FACT_NOT_FOUND")
