"""Openers without a model, by cause, context, band, style and language.

Deterministic: the same card always gets the same text. Two consecutive cards of a customer differ,
because the number of earlier cards selects the variant.
"""

from functools import cache

import msgspec

from pulse.cards.channels import CHANNELS
from pulse.cards.drafting.facts import CALLS_FOR_HELP, Fact, ask_of, fact_of
from pulse.cards.drafting.salutation import greeted
from pulse.cards.evidence.reasons import moved
from pulse.cards.triggers import CardContext
from pulse.i18n.card_phrases import STYLES, Phrases, opener_phrases
from pulse.i18n.identity_phrases import variant_of
from pulse.i18n.languages import language_of
from pulse.i18n.sentences import marked

GROUPS = {"erosion": "change", "band_lost": "change", "overdue": "silence"}
"""Causes that share sentences; causes without sentences of their own use "change"."""

FOLLOW_UPS = marked(
    {
        "help": "No answer by tomorrow: try another channel, and say what you have already "
        "checked.",
        "milestone": "No answer is fine; nothing more to do.",
        "other": "No answer within a week: one more try on another channel, then leave it.",
    }
)


class Draft(msgspec.Struct, frozen=True):
    """The proposal to the CSM: opener, one-line reason, channel, next step."""

    opener: str
    reason: str
    channel: str
    follow_up: str


def draft(
    context: CardContext,
    cause: str,
    *,
    style: str,
    business: str,
    reason: str,
    language: str | None = None,
    variant: int = 0,
    channels: tuple[str, ...] = tuple(CHANNELS),
    salutation: str = "language",
) -> Draft:
    """Write the template's card.

    variant: number of earlier cards of the customer, so that texts do not repeat. salutation: one
    of `drafting.salutation.SALUTATIONS`.
    """
    own = variant_of(context.locale)
    using = opener_phrases(own if language in (None, language_of(own)) else language)
    name = greeted(context.name, using.language, salutation)
    greeting = using.greeting.format(name=name) if name else using.greeting_unnamed
    calling = context.state in CALLS_FOR_HELP
    return Draft(
        opener=f"{greeting} {_opener(using, context, cause, style, business, variant)}",
        reason=reason,
        channel=channel_for(context.state if calling else cause, channels),
        follow_up=follow_up_for(context.state if calling else cause),
    )


def channel_for(cause: str, channels: tuple[str, ...]) -> str:
    """Return an allowed channel: a call after a request for help, else a message."""
    wanted = ("phone", "chat", "email") if cause in CALLS_FOR_HELP else ("email", "chat", "phone")
    allowed = [channel for channel in wanted if channel in channels]
    return (allowed or list(channels) or ["email"])[0]


def follow_up_for(cause: str) -> str:
    """Return the next step for the CSM when no answer comes."""
    if cause in CALLS_FOR_HELP:
        return FOLLOW_UPS["help"]
    return FOLLOW_UPS["milestone" if cause == "milestone" else "other"]


def style_of(style: str) -> str:
    """Return the style, or the first one when it is no longer offered."""
    return style if style in STYLES else STYLES[0]


def _opener(
    using: Phrases, context: CardContext, cause: str, style: str, business: str, variant: int
) -> str:
    group = GROUPS.get(cause, cause if cause in using.bodies else "change")
    if group == "milestone" and not context.milestones:
        group = "change"
    style = style_of(style)
    fact = fact_of(context, cause, using.language, business)
    if fact is not None:
        return _of_fact(using, context, cause, group, style, fact, business, variant)
    bodies, closings = using.bodies[group][style], using.closings[style]
    parts = [
        _filled(bodies[variant % len(bodies)], context, business),
        *_more(using, context, cause, group),
        closings[(variant // len(bodies)) % len(closings)],
    ]
    return " ".join(parts)


def _of_fact(
    using: Phrases,
    context: CardContext,
    cause: str,
    group: str,
    style: str,
    fact: Fact,
    business: str,
    variant: int,
) -> str:
    """Return the text after the greeting: the fact, a question, a closing sentence."""
    bodies, closings = using.bodies[group][style], using.closings[style]
    closing = closings[(variant // len(bodies)) % len(closings)]
    body = _filled(bodies[variant % len(bodies)], context, business)
    if cause in CALLS_FOR_HELP and fact.kind != "own_words":  # what they asked comes first
        return " ".join([body, fact.text, closing])
    ask = ask_of(fact, cause, style, using.language) or _begun(body)
    states = using.states if fact.kind != "own_words" and context.state != cause else {}
    parts = [fact.text, ask, states.get(context.state, ""), closing]
    return " ".join(part for part in parts if part)


def _begun(sentence: str) -> str:
    """Return a sentence that followed a greeting as a sentence of its own."""
    first = 1 if sentence[:1] in "¿¡" else 0
    return sentence[:first] + sentence[first : first + 1].upper() + sentence[first + 1 :]


def _more(using: Phrases, context: CardContext, cause: str, group: str) -> list[str]:
    """Return at most one sentence on what changed or was said, and one that fits the band."""
    if context.state != "none" and context.state != cause:
        return [using.states[context.state]] if context.state in using.states else []
    if group not in ("change", "silence", "renewal"):
        return []
    signals = [factor.signal for factor in moved(context.factors)]
    skipped = "engagement" if group == "silence" else ""
    told = [using.signals[s] for s in signals if s in using.signals and s != skipped][:1]
    if context.band is not None and context.band in using.bands:
        told.append(using.bands[context.band])
    return told


def _filled(sentence: str, context: CardContext, business: str) -> str:
    title = context.milestones[0].title if context.milestones else ""
    return sentence.format(business=business, milestone=title)


@cache
def variants_of(language: str, cause: str, style: str) -> int:
    """Return how many different openers exist before the first is repeated."""
    using = opener_phrases(language)
    group = GROUPS.get(cause, cause if cause in using.bodies else "change")
    return len(using.bodies[group][style]) * len(using.closings[style])
