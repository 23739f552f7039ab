"""The one fact that an opener mentions: something the customer experienced and will recognise.

Sentences are built from facts × tone × language (`pulse.i18n.card_facts`). The template writes the
fact; the model receives the same one. An unrequested card is not opened without a fact.
"""

from datetime import date
from typing import Literal

import msgspec

from pulse.cards.drafting.guardrails import may_be_quoted
from pulse.cards.drafting.prompt_sanitizing import quoted, suspicious
from pulse.cards.evidence.card_context import CardContext, Return
from pulse.i18n.card_facts import fact_phrases
from pulse.i18n.identity_phrases import Words, words_for

FactKind = Literal["own_words", "milestone", "state", "renewal", "return", "rhythm", "last_order",
                   "since"]  # fmt: skip
HELP = ("stuck", "frustrated", "own_words")
CALLS_FOR_HELP = ("stuck", "frustrated")
RETURN_DAYS, RENEWAL_DAYS = 60, 60
RETURN_SHARE = 0.05
"""Share of a year's value below which a return is no trouble worth a conversation."""
LONGEST_QUOTE = 160  # characters of the customer's own words that may be quoted
WEEKS_FROM = 14  # days of a gap from which it is expressed in weeks


class Fact(msgspec.Struct, frozen=True):
    """A fact as a sentence after the greeting; names: dates and words in it taken from data."""

    kind: FactKind
    text: str
    names: tuple[str, ...] = ()


def kind_of(context: CardContext, cause: str) -> FactKind | None:
    """Return which fact a card mentions; None when the customer would recognise nothing."""
    if context.state in HELP and _quote(context):
        return "own_words"
    if cause in CALLS_FOR_HELP:
        return _of_trouble(context) or "state"
    if cause == "milestone" and context.milestones:
        return "milestone"
    if _ahead(context) is not None and (cause == "renewal" or context.last_order_on is None):
        return "renewal"
    return _of_orders(context, cause)


def fact_of(context: CardContext, cause: str, language: str, business: str) -> Fact | None:
    """Return the fact in the customer's language.

    None where the sentences of the cause mention it already (a state, a milestone), or where there
    is no fact.
    """
    kind = kind_of(context, cause)
    if kind == "milestone" and _is_streak(context) and context.last_order_on is not None:
        kind = "last_order"  # "6 months in a row" does not say of what
    if kind is None or kind in ("state", "milestone"):
        return None
    words = words_for(context.locale if context.locale else language)
    if words.language != language:
        words = words_for(language)
    places = _places(context, kind, words)
    sentences = fact_phrases(language).facts
    key: str = "rhythm_days" if places.pop("unit", "") == "day" else kind
    if kind != "own_words" and cause in CALLS_FOR_HELP:
        key = f"help_{kind}"
    text = sentences[key].format(business=business, **places)
    return Fact(kind, text, tuple(places.values()))


def ask_of(fact: Fact, cause: str, style: str, language: str) -> str | None:
    """Return the question after this fact in this tone; None where the cause has its own."""
    asks = fact_phrases(language).asks
    group = "overdue" if cause in ("overdue", "silence") else fact.kind
    if fact.kind in ("own_words", "return"):
        group = fact.kind
    found = asks.get(group)
    return found[style] if found else None


def _is_streak(context: CardContext) -> bool:
    return context.milestones[0].key.startswith("streak_")


def _of_trouble(context: CardContext) -> FactKind | None:
    """Return what a request for help without words may be about; None where nothing is known."""
    if context.last_return is not None and _is_trouble(context, context.last_return):
        return "return"
    if context.last_order_on is not None:
        return "last_order"
    return "renewal" if _ahead(context) is not None else None


def _of_orders(context: CardContext, cause: str) -> FactKind | None:
    back = context.last_return if cause not in ("overdue", "silence") else None
    if back is not None and _is_trouble(context, back):
        return "return"
    if context.last_order_on is None:
        return "since" if context.since is not None else None
    return "rhythm" if context.habitual and context.usual_gap else "last_order"


def _is_trouble(context: CardContext, back: Return) -> bool:
    """Return whether this return is recent and more than a trifle of what they spend in a year."""
    if (context.as_of.date() - back.on).days > RETURN_DAYS:
        return False
    return back.amount is None or back.amount >= RETURN_SHARE * (context.value or 0.0)


def _ahead(context: CardContext) -> date | None:
    """Return the renewal date, if it is near."""
    on = context.renewal_on
    if on is None or not 0 <= (on - context.as_of.date()).days <= RENEWAL_DAYS:
        return None
    return on


def _quote(context: CardContext) -> str | None:
    """Return the customer's own words for quoting; None when too long or unsuitable."""
    note = context.declared.note if context.declared else None
    if not note or len(note) > LONGEST_QUOTE or suspicious(note) or not may_be_quoted(note):
        return None
    tidy = quoted(note)
    return tidy.rstrip(".") if tidy and not set(tidy) & set('<>{}[]|`\\#*_“”«»"') else None


def _places(context: CardContext, kind: FactKind, words: Words) -> dict[str, str]:
    today = context.as_of.date()
    if kind == "own_words":
        return {"words": _quote(context) or ""}
    if kind == "return" and context.last_return is not None:
        return {"date": _day(context.last_return.on, today, words)}
    if kind == "renewal" and context.renewal_on is not None:
        return {"date": _day(context.renewal_on, today, words)}
    if kind == "since" and context.since is not None:
        return {"month": words.months(context.since, context.since)}
    found = {"date": _day(context.last_order_on or today, today, words)}
    if kind == "rhythm":
        unit, gap = _gap(context.usual_gap or 1.0)
        found |= {"gap": words.span(gap, unit), "unit": unit}
    return found


def _day(day: date, today: date, words: Words) -> str:
    """Return the date as text, with its year unless that is the current one."""
    return words.day(day) if abs((today - day).days) < 300 else words.dated(day)


def _gap(days: float) -> tuple[Literal["day", "week"], int]:
    """Return a gap as text: days below two weeks, then weeks; always at least two."""
    if days < WEEKS_FROM:
        return "day", max(2, round(days))
    return "week", round(days / 7)
