"""The reasons of a card as sentences for the CSM: cause, changed factors, declared state."""

from collections.abc import Sequence
from functools import reduce

import msgspec

from pulse.cards.triggers import CardContext, Factor, Trigger
from pulse.i18n.identity_phrases import ENGLISH
from pulse.i18n.sentences import Number, Place, Sentence, plural_sentence
from pulse.scoring.history.scores_sql import MONTH_DAYS

WORTH_A_LINE = 1.0
"""Points below which a factor is no reason for a card."""
MOST = 3
"""Maximum number of factors on a card; the customer's page shows all."""


def reasons(
    context: CardContext, trigger: Trigger, also: Sequence[Trigger] = ()
) -> tuple[str, ...]:
    """Return the sentences of one card, the cause first. For staff: may contain metrics and values.

    The declared state follows directly after the cause; other causes come last.
    """
    told = [trigger.reason]
    if context.declared and context.declared.note and context.state != "none":
        told.append(Sentence("In their own words: “{note}”", note=context.declared.note))
    told += [each.reason for each in also]
    if context.state not in ("none", "own_words", trigger.cause):
        told.append(Sentence("They say: {state}.", state=Sentence(context.state.replace("_", " "))))
    if trigger.cause != "milestone":  # no negative reasons beside a congratulation
        repeated = "Last order" if any(one.startswith("Last order") for one in told) else "\0"
        telling = [one for one in moved(_merged(context.factors)) if _points(one) >= WORTH_A_LINE]
        told += [_moved(one) for one in telling if not one.sentence.startswith(repeated)]
    return tuple(dict.fromkeys(told))


def _points(factor: Factor) -> float:
    """Return the points a reason states: of the fall, else of the contribution."""
    return -factor.change if factor.change <= -0.5 else -factor.contribution


def moved(factors: tuple[Factor, ...]) -> list[Factor]:
    """Return the factors that explain a card: the largest falls, else the weakest contributions."""
    fallen = sorted((f for f in factors if f.change <= -0.5), key=lambda f: f.change)
    if fallen:
        return fallen[:MOST]
    weak = sorted((f for f in factors if f.contribution <= -0.5), key=lambda f: f.contribution)
    return weak[:MOST]


def _merged(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Merge factors with the same sentence: their points are summed, each is kept in `merged`."""
    kept: dict[str, list[Factor]] = {}
    for factor in factors:
        kept.setdefault(factor.sentence or factor.feature, []).append(factor)
    return tuple(same[0] if len(same) == 1 else _sum(same) for same in kept.values())


class _Merged(Factor, frozen=True):
    """Factors with one sentence, as one."""

    merged: tuple[Factor, ...] = ()


def _sum(same: Sequence[Factor]) -> _Merged:
    return _Merged(
        **{
            **msgspec.structs.asdict(same[0]),
            "contribution": sum(one.contribution for one in same),
            "change": sum(one.change for one in same),
            "merged": tuple(same),
        }
    )


def shown(factor: Factor) -> str:
    """Return the value for a sentence: as people write it, else rounded to an integer."""
    if factor.said:
        return factor.said
    if factor.value is None:
        return Sentence("not known")
    return factor.value if isinstance(factor.value, str) else ENGLISH.number(factor.value)


def _moved(factor: Factor) -> Sentence:
    fell = factor.change <= -0.5
    size = -factor.change if fell else -factor.contribution
    if not factor.sentence:
        places: dict[str, Place] = {
            "label": Sentence(factor.label),
            "n": Number(size),
            "value": shown(factor),
            "days": MONTH_DAYS,
        }
        if fell:
            return Sentence("{label}: −{n} points in {days} days (now {value}).", **places)
        places.pop("days")
        return Sentence("{label}: {n} points below average (now {value}).", **places)
    if fell:
        return _fell(factor)
    return plural_sentence(
        "{fact} ({n} point below average).",
        "{fact} ({n} points below average).",
        round(size),
        fact=factor.sentence,
    )


def _fell(factor: Factor) -> Sentence:
    """Return a fall with its window; of several metrics, each with its points as on their page."""
    merged = factor.merged if isinstance(factor, _Merged) else ()
    parts = [_part(one) for one in merged if round(one.change, 1)]
    places: dict[str, Place] = {"fact": factor.sentence, "days": MONTH_DAYS}
    if len(parts) < 2:
        return plural_sentence(
            "{fact} (−{n} point in {days} days).",
            "{fact} (−{n} points in {days} days).",
            round(-factor.change),
            **places,
        )
    listed = reduce(lambda one, two: Sentence("{first}, {second}", first=one, second=two), parts)
    return Sentence(
        "{fact} (−{n} points in {days} days: {parts}).",
        n=Number(-factor.change),
        parts=listed,
        **places,
    )


def _part(factor: Factor) -> Sentence:
    label, points = Sentence(factor.label), Number(abs(factor.change), 1)
    if factor.change > 0:
        return Sentence("{label} +{points}", label=label, points=points)
    return Sentence("{label} −{points}", label=label, points=points)
