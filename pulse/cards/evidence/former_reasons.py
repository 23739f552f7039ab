"""The reason of an open card whose cause is not due now but has not ended either.

The card shows the strength of today. A reason with figures of an earlier day is therefore told with
the figures of today or with its day, and says when another scorecard computed them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pulse import clock
from pulse.cards.evidence.card_context import CardContext, is_comparable
from pulse.cards.settings import CardRules
from pulse.cards.triggers import fallen_from, overdue_since
from pulse.i18n.dated_sentences import dated, is_dated
from pulse.i18n.sentences import Number, Sentence

OF_A_FALL = ("erosion", "band_lost", "silence")
"""Causes whose reasons state strengths."""


def retold(
    cause: str,
    told: str,
    evidence: Mapping[str, Any],
    opened_on: date,
    context: CardContext,
    rules: CardRules,
) -> str:
    """Return the card's reason for this cause, in figures that agree with today's strength.

    told: the stored reason. evidence: what the card knew when it was stored.
    """
    if cause == "overdue" and context.lateness is not None:
        return overdue_since(context)
    if cause == "erosion" and context.drop > rules.erosion_points:
        return fallen_from(context)
    if not isinstance(told, Sentence):
        return told
    same_scorecard = is_comparable(evidence, context.scorecard)
    if not is_dated(told) and (cause not in OF_A_FALL or "high" not in told.places):
        return told
    if same_scorecard and cause == "silence" and not is_dated(told):
        silent = Number(context.days_silent or 0.0)
        return Sentence(told.text, **{**told.places, "days": silent})
    if same_scorecard and _is_of_today(told, context):
        return told
    day = _day_of(told, evidence, opened_on)
    return dated(told, day, context.as_of.date(), same_scorecard=same_scorecard)


def _is_of_today(told: Sentence, context: CardContext) -> bool:
    figures = (round(context.recent_high or 0.0), round(context.strength or 0.0))
    return (told.places.get("high"), told.places.get("now")) == figures


def _day_of(told: Sentence, evidence: Mapping[str, Any], opened_on: date) -> date:
    """Return the day of the figures: of the evidence, if they are those of its strength.

    Cards of earlier releases kept a reason when their evidence was renewed.
    """
    known, strength = clock.read_moment(evidence.get("as_of")), evidence.get("strength")
    now = told.places.get("now")
    if known is None or (now is not None and strength is not None and now != round(strength)):
        return opened_on
    return known.date()
