"""The one fact an opener names: something the customer lived through and would recognise.

The grammar is facts × tone × language (`pulse.i18n.card_facts`). The template says the fact; the
model is given the same one. A card nobody asked for is not opened without a fact.
"""

from datetime import date
from typing import Literal

import msgspec

from pulse.cards.drafting.guardrails import may_be_quoted
from pulse.cards.drafting.prompt_sanitizing import quoted, suspicious
from pulse.cards.evidence.card_context import CardContext
from pulse.i18n.card_facts import fact_phrases
from pulse.i18n.identity_phrases import Words, words_for

FactKind = Literal["own_words", "milestone", "state", "renewal", "return", "rhythm", "last_order",
                   "since"]  # fmt: skip
HELP = ("stuck", "frustrated", "own_words")
RETURN_DAYS, RENEWAL_DAYS = 60, 60
RHYTHM_DAYS = 3
"""Days with an order from which a usual rhythm may be named: two gaps."""
LONGEST_QUOTE = 160  # characters of the customer's own words
WEEKS_FROM = 14  # days of a gap from which weeks are said


class Fact(msgspec.Struct, frozen=True):
    """A fact as a sentence behind the greeting; names: the dates and words in it from data."""

    kind: FactKind
    text: str
    names: tuple[str, ...] = ()


def kind_of(context: CardContext, cause: str) -> FactKind | None:
    """Which fact a card names; None: there is nothing the customer would recognise."""
    if context.state in HELP and _quote(context):
        return "own_words"
    if cause in ("stuck", "frustrated"):
        return "state"
    if cause == "milestone" and context.milestones:
        return "milestone"
    if _ahead(context) is not None and (cause == "renewal" or context.last_order_on is None):
        return "renewal"
    return _of_orders(context, cause)


def fact_of(context: CardContext, cause: str, language: str, business: str) -> Fact | None:
    """The fact in the customer's language.

    None where the sentences of the cause name it themselves (a state, a milestone), or there is
    none.
    """
    kind = kind_of(context, cause)
    if kind is None or kind in ("state", "milestone"):
        return None
    words = words_for(context.locale if context.locale else language)
    if words.language != language:
        words = words_for(language)
    places = _places(context, kind, words)
    sentences = fact_phrases(language).facts
    key = "rhythm_days" if places.pop("unit", "") == "day" else kind
    text = sentences[key].format(business=business, **places)
    return Fact(kind, text, tuple(places.values()))


def ask_of(fact: Fact, cause: str, style: str, language: str) -> str | None:
    """What is asked after this fact in this tone; None: the cause's own sentences ask."""
    asks = fact_phrases(language).asks
    group = "overdue" if cause in ("overdue", "silence") else fact.kind
    if fact.kind in ("own_words", "return"):
        group = fact.kind
    found = asks.get(group)
    return found[style] if found else None


def _of_orders(context: CardContext, cause: str) -> FactKind | None:
    back = context.last_return if cause not in ("overdue", "silence") else None
    if back is not None and (context.as_of.date() - back.on).days <= RETURN_DAYS:
        return "return"
    if context.last_order_on is None:
        return "since" if context.since is not None else None
    return "rhythm" if context.active_days >= RHYTHM_DAYS and context.usual_gap else "last_order"


def _ahead(context: CardContext) -> date | None:
    """The renewal date, if it is near."""
    on = context.renewal_on
    if on is None or not 0 <= (on - context.as_of.date()).days <= RENEWAL_DAYS:
        return None
    return on


def _quote(context: CardContext) -> str | None:
    """The customer's own words as they may stand in an opener; None: too long or too odd."""
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
    """The day, with its year where that is not this one."""
    return words.day(day) if abs((today - day).days) < 300 else words.dated(day)


def _gap(days: float) -> tuple[Literal["day", "week"], int]:
    """A gap as people say it: days below a fortnight, then weeks; always at least two."""
    if days < WEEKS_FROM:
        return "day", max(2, round(days))
    return "week", round(days / 7)
