"""The customer of a card for preparing a call: last orders, rhythm, last contact."""

from datetime import datetime
from typing import Any

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.evidence.plain_figures import plain_figures
from pulse.cards.outcomes.last_contact import last_touches
from pulse.cards.queries import CardView
from pulse.customers import repository
from pulse.customers.timeline import Entry, timeline
from pulse.scoring.history.score_history import full_picture
from pulse.scoring.named.assignment import card_names
from ui.components.customer_rows import rhythm_in_words, scorecard_name
from ui.formatters import ago, label, money, short_day
from ui.texts import gettext

READ, SHOWN = 60, 3
"""Number of timeline entries read, and of orders shown."""


class About(msgspec.Struct, frozen=True):
    """The customer's record, their last events by day, and the last contact by staff."""

    known: dict[str, Any]
    events: tuple[Entry, ...]
    last_contact: datetime | None
    gaps: tuple[int, int] | None = None
    """The shortest and longest days between their orders, read where the gap is no habit."""
    scorecard: str = ""
    """Name of the scorecard that scored them; empty where there is one for all."""


async def about(scope: Scope, card: CardView) -> About:
    """Read it for the card's customer."""
    known = await repository.customer(scope, card.external_id)
    entries = await timeline(scope, card.external_id, limit=READ)
    touched = await last_touches(scope, [card.customer_id])
    names = await card_names(scope, [card.customer_id])
    days = _by_day([one for one in entries if one.kind == "event"])
    return About(
        known,
        tuple(days[:SHOWN]),
        touched.get(card.customer_id),
        None if known["habitual"] else await _gaps(scope, card.external_id),
        names.get(card.customer_id, ""),
    )


async def _gaps(scope: Scope, external_id: str) -> tuple[int, int] | None:
    return (await plain_figures(scope, await full_picture(scope, external_id))).gaps


def facts_of(customer: About, currency: str) -> dict[str, str]:
    """Return the facts as text by name; unknown ones are omitted."""
    known, now = customer.known, clock.now()
    last = " · ".join(_event(one, currency, now) for one in customer.events)
    contact = customer.last_contact
    facts = {
        gettext("Last activity"): last,
        gettext("Rhythm"): rhythm_in_words(known, customer.gaps),
        gettext("Last contact"): ago(contact, now) if contact else gettext("none yet"),
        gettext("Follow-up"): short_day(known["touch_on"], now) if known["touch_on"] else "",
        gettext("E-mail"): known["email"] or "",
        gettext("Scorecard"): scorecard_name(customer.scorecard) if customer.scorecard else "",
    }
    return {name: value for name, value in facts.items() if value}


def _by_day(events: list[Entry]) -> list[Entry]:
    """Combine the entries of a kind and day, with the sum of their amounts."""
    found: dict[tuple[str, Any], Entry] = {}
    for one in events:
        key = (one.title, one.at.date())
        before = found.get(key)
        total = (before.amount or 0.0) + (one.amount or 0.0) if before else one.amount
        found[key] = msgspec.structs.replace(before or one, amount=total)
    return list(found.values())


def _event(one: Entry, currency: str, now: datetime) -> str:
    worth = f" {money(one.amount, currency)}" if one.amount else ""
    return f"{label(one.title)}{worth}, {short_day(one.at, now)}"
