"""What is known about a card and its customer: head, reasons, writer, what became of it."""

from datetime import datetime

from pulse import clock
from pulse.cards.queries import CardView
from pulse.cards.triggers import label_of
from pulse.i18n.identity_phrases import LANGUAGES
from ui import kit
from ui.components.customer_rows import address_of
from ui.formatters import ago, clock_time, label, money, short_day, signed
from ui.kit.badges import state_words
from ui.kit.text import box, link, text
from ui.pages.queue.card_customer import About, facts_of
from ui.runtime.page_context import Page

DIFF_TAGS = {"same": "span", "gone": "del", "new": "ins"}


def card_head(card: CardView, state: str | None, page: Page) -> None:
    """Who it is about, what for, how they stand."""
    with box("pl-row pl-row--between"):
        with box("pl-row"):
            kit.avatar(card.name or card.external_id)
            with box():
                link(card.name or card.external_id, address_of(card.external_id), "pl-sheet__name")
                text(" · ".join(_facts(card, page)), "pl-small pl-quiet", tag="div")
        with box("pl-row"):
            kit.Badge(label_of(card.cause), "accent")
            if state != card.cause:  # said once is enough
                kit.Badge(*state_words(state))
            kit.band(card.band)
            kit.Score(card.identity_strength, card.change_30d)


def card_reasons(card: CardView, customer: About | None, page: Page) -> None:
    """Why there is a card, and beside it what one wants to know before calling."""
    with kit.columns():
        with box("pl-span-6 pl-stack"):
            text("Why this card", "pl-strong-text", tag="h3")
            with box("pl-reasons", tag="ul"):
                for reason in card.reasons or [card.reason]:
                    text(reason, tag="li")
            if card.follow_up:
                text(f"Afterwards: {card.follow_up}", "pl-small pl-quiet", tag="p")
        if customer is not None:
            with box("pl-span-6 pl-stack"):
                text("Before you call", "pl-strong-text", tag="h3")
                with box("pl-facts", tag="dl"):
                    for name, value in facts_of(customer, page.currency).items():
                        text(name, "pl-small", tag="dt")
                        text(value, "pl-small", tag="dd")


def card_rank(card: CardView) -> None:
    """Why the card ranks where it does: parts that add up."""
    with box("pl-stack"):
        text(f"Why it ranks here: {card.priority:.0f} points", "pl-strong-text", tag="h3")
        with box(tag="ul"):
            for part in card.priority_reasons:
                if signed(part.get("points"), 0) != "0":
                    with box("pl-part", tag="li"):
                        text(str(part.get("text", "")), "pl-grow")
                        text(signed(part.get("points"), 0), "pl-num pl-strong-text")


def card_history(card: CardView, page: Page) -> None:
    """What was said, by whom, and what came of it: for cards that are done."""
    with box("pl-stack"):
        with box("pl-said", tag="p"):
            for piece in card.edits:
                text(f"{piece.text} ", f"pl-diff--{piece.kind}", tag=DIFF_TAGS[piece.kind])
        words = []
        if card.actioned_at:
            who = f" by {card.actioned_by}" if card.actioned_by else ""
            words.append(f"Delivered {clock_time(card.actioned_at, page.zone)}{who}")
        if card.status == "dismissed":
            words.append(f"Dismissed: {label(card.dismissed_reason or 'no reason given')}")
        if card.outcome:
            words.append(f"Outcome: {card.outcome}")
        if card.outcome_note:
            words.append(card.outcome_note)
        text(" · ".join(words), "pl-small pl-quiet", tag="p")


def written_by(card: CardView) -> str:
    """Who wrote the draft, in which style and language, and why it was not the model."""
    parts = [
        card.writer_note.rstrip("."),
        label(card.style),
        LANGUAGES.get(card.language, card.language),
    ]
    return " · ".join(part for part in parts if part)


def edited_by(card: CardView, page: Page) -> str:
    """Whose words the draft is by now, and since when; empty for a draft as it was written."""
    if card.edited_opener is None or card.edited_at is None:
        return ""
    who = "you" if card.edited_by == page.scope.actor.name else card.edited_by or "a colleague"
    return f"Edited by {who}, draft saved {clock_time(card.edited_at, page.zone)}"


def told_at(card: CardView) -> datetime | None:
    """The moment the card's reasons are of: they are written anew when the customer changes."""
    said = str((card.evidence or {}).get("as_of") or "")
    try:
        return datetime.fromisoformat(said) if said else None
    except ValueError:
        return None


def _facts(card: CardView, page: Page) -> list[str]:
    now = clock.now()
    facts = [card.external_id, f"opened {ago(card.created_at, now)}"]
    if (told := told_at(card)) and told.date() > card.created_at.date():
        facts.append(f"updated {ago(told, now)}")
    if card.value:
        facts.append(f"{money(card.value, page.currency)} a year")
    if card.renewal_on:
        facts.append(f"renewal {short_day(card.renewal_on, now)}")
    facts.append(f"with {card.assignee}" if card.assignee else "unassigned")
    if card.status == "snoozed":
        facts.append(f"snoozed until {short_day(card.snoozed_until, now)}")
    return facts
