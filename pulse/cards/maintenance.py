"""What happens to cards by the clock: snoozed ones wake, stale ones go, all of them age."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import reprioritization
from pulse.cards import settings as card_settings
from pulse.cards.settings import CardRules
from pulse.db.transaction import Unit, tenant
from pulse.live.hub import announce
from pulse.live.messages import Message
from pulse.milestones import store

WENT_STALE = "went_stale"
RECOVERED = "recovered"
ROLLED_BACK = "scorecard_rolled_back"
NO_LONGER = "no_longer_due"
BY_PULSE = (WENT_STALE, RECOVERED, ROLLED_BACK, NO_LONGER)
"""Reasons of dismissals that Pulse made itself; only people's dismissals are false alarms."""

BY_SCORE = ("erosion", "band_lost", "silence", "milestone")
"""Causes that a scorecard's strengths decide."""

BACK_WITHIN = 3.0
"""Points below the old high at which a fall counts as made good again."""


async def wake_due(scope: Scope) -> None:
    """Everything that is due in one business: wake, retire, age. Safe to repeat."""
    async with tenant(scope) as unit:
        rules = card_settings.read(
            await unit.fetchval("SELECT settings FROM businesses WHERE id = $1", unit.business_id)
        )
        await _wake(unit)
        await retire_stale(unit, rules)
        await _retire_recovered(unit)
        await reprioritization.age(unit)


async def retire_stale(unit: Unit, rules: CardRules) -> None:
    """Take away cards that nobody touched for `stale_after_days`: they no longer fit the day."""
    rows = await unit.fetch(
        f"{RETIRE} AND k.created_at < $4 RETURNING k.id, k.customer_id",
        unit.business_id,
        WENT_STALE,
        clock.now(),
        clock.now() - timedelta(days=rules.stale_after_days),
    )
    publish_cards(unit, rows, "dismissed")


async def take_back(unit: Unit, since: datetime | None) -> None:
    """Undo what a scorecard version caused since its publication (None: it was not rolled back).

    Bands and signals reached are removed, and the cards that its scores opened are closed. What a
    customer or a colleague asked for stays, and so does every card that somebody has touched.
    """
    if since is None:
        return
    await store.take_back_levels(unit, since)
    rows = await unit.fetch(
        f"{RETIRE} AND k.created_at >= $4 AND k.cause = ANY($5) RETURNING k.id, k.customer_id",
        unit.business_id,
        ROLLED_BACK,
        clock.now(),
        since,
        [*BY_SCORE],
    )
    publish_cards(unit, rows, "dismissed")


async def _wake(unit: Unit) -> None:
    rows = await unit.fetch(
        "UPDATE conversation_cards SET status = 'pending', snoozed_until = NULL, "
        "revision = revision + 1, changed_by = 'Pulse', changed_at = $2, updated_at = now() "
        "WHERE business_id = $1 AND status = 'snoozed' AND snoozed_until <= $2 "
        "RETURNING id, customer_id",
        unit.business_id,
        clock.now(),
    )
    publish_cards(unit, rows, "pending")


async def _retire_recovered(unit: Unit) -> None:
    rows = await unit.fetch(
        f"{RETIRE} AND EXISTS (SELECT 1 FROM scored_customers c "
        "WHERE c.business_id = k.business_id AND c.id = k.customer_id AND CASE "
        "WHEN k.cause IN ('erosion', 'band_lost') THEN c.identity_strength >= "
        f"(k.evidence ->> 'recent_high')::float8 - {BACK_WITHIN} "
        "WHEN k.cause = 'silence' THEN c.last_event_at > k.created_at ELSE false END) "
        "RETURNING k.id, k.customer_id",
        unit.business_id,
        RECOVERED,
        clock.now(),
    )
    publish_cards(unit, rows, "dismissed")


def publish_cards(unit: Unit, rows: Sequence[Any], status: str) -> None:
    """Tell of a few by name, of many as "read again"."""
    if len(rows) > 20:
        payload = {"kinds": ["card_changed"]}
        announce(unit, Message(business_id=unit.business_id, kind="resync", payload=payload))
        return
    for row in rows:
        tell_changed(unit, row["id"], row["customer_id"], status, None)


def tell_changed(
    unit: Unit, card_id: UUID, customer_id: UUID, status: str, outcome: str | None
) -> None:
    """Announce, after the commit, that a card has changed."""
    announce(
        unit,
        Message(
            business_id=unit.business_id,
            kind="card_changed",
            customer_id=customer_id,
            payload={"card_id": card_id, "status": status, "outcome": outcome},
        ),
    )


# Only cards that nobody has touched; a CSM's work is never taken away.
RETIRE = """
UPDATE conversation_cards k SET status = 'dismissed', dismissed_reason = $2,
  revision = revision + 1, changed_by = 'Pulse', changed_at = $3, updated_at = $3
WHERE k.business_id = $1 AND k.status = 'pending' AND k.edited_opener IS NULL
  AND k.assigned_to IS NULL AND k.changed_at IS NULL"""
