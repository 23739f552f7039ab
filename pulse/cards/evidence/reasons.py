"""The reasons of a card as sentences for the CSM: cause, changed factors, declared state."""

from collections.abc import Sequence

import msgspec

from pulse.cards.triggers import CardContext, Factor, Trigger
from pulse.i18n.identity_phrases import ENGLISH
from pulse.i18n.sentences import Number, Place, Sentence, plural_sentence

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
    """Merge factors with the same sentence and add up their points."""
    kept: dict[str, Factor] = {}
    for factor in factors:
        key = factor.sentence or factor.feature
        kept[key] = _sum(kept[key], factor) if key in kept else factor
    return tuple(kept.values())


def _sum(one: Factor, other: Factor) -> Factor:
    return msgspec.structs.replace(
        one,
        contribution=one.contribution + other.contribution,
        change=one.change + other.change,
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
        }
        if fell:
            return Sentence("{label}: −{n} points (now {value}).", **places)
        return Sentence("{label}: {n} points below average (now {value}).", **places)
    points = round(size)
    if fell:
        return plural_sentence(
            "{fact} (−{n} point).", "{fact} (−{n} points).", points, fact=factor.sentence
        )
    return plural_sentence(
        "{fact} ({n} point below average).",
        "{fact} ({n} points below average).",
        points,
        fact=factor.sentence,
    )
