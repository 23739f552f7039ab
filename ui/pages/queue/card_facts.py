"""Data about a card and its customer as text: header, reasons, writer, outcome."""

import math
from collections.abc import Sequence

from pulse import clock
from pulse.cards.queries import CardView
from pulse.i18n.identity_phrases import LANGUAGES
from ui.components.card_words import ending_words, yearly_value
from ui.formatters import ago, clock_time, label, short_day, signed
from ui.kit.badges import state_words
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.texts import gettext, marked, mid_sentence

OUTCOMES = marked({"responded": "Responded", "converted": "Converted", "ignored": "No answer"})
DIFF_TAGS = {"same": "span", "gone": "del", "new": "ins"}


def head_facts(card: CardView, page: Page) -> str:
    """Return the line below the customer's name: id, age, value, renewal, assignee."""
    return " · ".join(_facts(card, page))


def declared_badge(card: CardView, state: str | None) -> tuple[str, str]:
    """Return (text, tone) of the declared state, unless it is the card's cause."""
    return state_words(state) if state != card.cause else ("", "")


def rank_parts(card: CardView) -> tuple[tuple[str, str], ...]:
    """Return (reason, whole points) of the parts of the rank; as shown they sum to it."""
    reasons = card.priority_reasons
    points = whole_points([one.get("points") or 0.0 for one in reasons], round(card.priority))
    return tuple(
        (gettext(one.get("text", "")), signed(share, 0))
        for one, share in zip(reasons, points, strict=True)
        if share
    )


def whole_points(points: Sequence[float], total: int) -> list[int]:
    """Return the points as integers that sum to `total`, by the largest remainder."""
    whole = [math.floor(one) for one in points]
    missing = total - sum(whole)
    by_rest = sorted(range(len(whole)), key=lambda n: round(whole[n] - points[n], 6))
    for place in by_rest[: max(0, missing)]:
        whole[place] += 1
    return whole


def card_history(card: CardView, page: Page) -> None:
    """Return what was sent, by whom, and the outcome, for cards that are done."""
    with box("pl-stack"):
        with box("pl-said", tag="p"):
            for piece in card.edits:
                text(f"{piece.text} ", f"pl-diff--{piece.kind}", tag=DIFF_TAGS[piece.kind])
        words = []
        if card.actioned_at:
            said = gettext("Delivered {when}")
            if card.actioned_by:
                said = gettext("Delivered {when} by {who}")
            when = clock_time(card.actioned_at, page.zone)
            words.append(said.format(when=when, who=card.actioned_by))
        if card.status == "dismissed":
            days = (card.changed_at - card.created_at).days if card.changed_at else None
            words.append(ending_words(card.dismissed_reason, card.changed_by, days))
        if card.outcome:
            words.append(
                gettext("Outcome: {outcome}").format(outcome=mid_sentence(OUTCOMES[card.outcome]))
            )
        if card.outcome_note:
            words.append(card.outcome_note)
        text(" · ".join(words), "pl-small pl-quiet", tag="p")


def written_by(card: CardView) -> str:
    """Return who wrote the draft, its style and language, and why not the model."""
    parts = [
        gettext(card.writer_note).rstrip("."),
        label(card.style),
        gettext(LANGUAGES.get(card.language, card.language)),
    ]
    return " · ".join(part for part in parts if part)


def edited_by(card: CardView, page: Page) -> str:
    """Return who edited the draft and when; "" for an unedited draft."""
    if card.edited_opener is None or card.edited_at is None:
        return ""
    who = (
        gettext("you")
        if card.edited_by == page.scope.actor.name
        else card.edited_by or gettext("a colleague")
    )
    return gettext("Edited by {who}, draft saved {edited_at}").format(
        who=who, edited_at=clock_time(card.edited_at, page.zone)
    )


def _facts(card: CardView, page: Page) -> list[str]:
    now = clock.now()
    facts = [
        card.external_id,
        gettext("opened {created_at}").format(created_at=ago(card.created_at, now)),
    ]
    if card.reasons_at.date() > card.created_at.date():
        facts.append(gettext("updated {told}").format(told=ago(card.reasons_at, now)))
    if worth := yearly_value(card, page.currency):
        facts.append(worth)
    if card.renewal_on:
        facts.append(
            gettext("renewal {renewal_on}").format(renewal_on=short_day(card.renewal_on, now))
        )
    facts.append(
        gettext("with {assignee}").format(assignee=card.assignee)
        if card.assignee
        else gettext("unassigned")
    )
    if card.status == "snoozed":
        facts.append(
            gettext("snoozed until {snoozed_until}").format(
                snoozed_until=short_day(card.snoozed_until, now)
            )
        )
    return facts
