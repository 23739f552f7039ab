"""Scheduled work on cards: end snoozes, close stale cards, update their age."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.custom_types import Combinable

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import queue_sql, reprioritization
from pulse.cards import settings as card_settings
from pulse.cards.priority import CONGRATULATION
from pulse.cards.settings import CardRules
from pulse.customers.merging.merge_store import CLOSED_BECAUSE
from pulse.customers.timeline import NO_LONGER
from pulse.db.transaction import Unit, tenant
from pulse.events.publisher import record
from pulse.events.types import CardsChanged, CardState
from pulse.milestones import store
from pulse.scoring.named.store import scored_by_versions
from pulse.tables.business import Business
from pulse.tables.card import ConversationCard

WENT_STALE = queue_sql.WENT_STALE
RECOVERED = "recovered"  # written by earlier releases
ROLLED_BACK = "scorecard_rolled_back"
BY_PULSE = (WENT_STALE, RECOVERED, ROLLED_BACK, NO_LONGER, CLOSED_BECAUSE)
"""Reasons of dismissals made by Pulse; only dismissals by people count as false alarms."""

GOOD_NEWS = timedelta(days=14)
"""Time after which "just reached" is not true any more."""

BY_SCORE = ("erosion", "band_lost", "silence", "milestone")
"""Causes that depend on a scorecard's strengths."""


async def wake_due(scope: Scope) -> None:
    """Do everything that is due in one business: end snoozes, close, update. Idempotent."""
    async with tenant(scope) as unit:
        row = (
            await Business.select(Business.settings).where(Business.id == unit.business_id).first()
        )
        rules = card_settings.read(row["settings"] if row else None)
        await _wake(unit)
        await retire_stale(unit, rules)
        await reprioritization.age(unit)


async def retire_stale(unit: Unit, rules: CardRules) -> None:
    """Close cards that nobody touched for `stale_after_days`; congratulations sooner."""
    now = clock.now()
    oldest, good_news = now - timedelta(days=rules.stale_after_days), now - GOOD_NEWS
    congratulates = ConversationCard.cause == CONGRATULATION
    late = congratulates & (ConversationCard.created_at < good_news)
    await _retire(unit, WENT_STALE, (ConversationCard.created_at < oldest) | late)


async def take_back(
    unit: Unit, since: datetime | None, of_versions: Sequence[UUID] | None = None
) -> None:
    """Remove what a scorecard version caused since its publication (None: not rolled back).

    `of_versions`: only for customers whose score is by one of these versions.

    Bands and signals reached are removed, and the cards opened by its scores are closed. Cards that
    a customer or a colleague requested stay, and so do cards that somebody has worked on.
    """
    if since is None:
        return
    whose = [] if of_versions is None else [scored_by_versions(unit, of_versions)]
    await store.take_back_levels(unit, since, *whose)
    await _retire(
        unit,
        ROLLED_BACK,
        ConversationCard.created_at >= since,
        ConversationCard.cause.is_in([*BY_SCORE]),
        *whose,
    )


async def _wake(unit: Unit) -> None:
    rows = (
        await ConversationCard.update(
            {**_by_pulse("pending"), ConversationCard.snoozed_until: None}
        )
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.status == "snoozed",
            ConversationCard.snoozed_until <= clock.now(),
        )
        .returning(ConversationCard.id, ConversationCard.customer_id)
    )
    record(unit, cards_changed(rows, "pending"))


async def _retire(unit: Unit, reason: str, *which: Combinable) -> None:
    """Dismiss the waiting cards of these conditions, except cards that a CSM has worked on."""
    values = {**_by_pulse("dismissed"), ConversationCard.dismissed_reason: reason}
    rows = (
        await ConversationCard.update(values)
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.status == "pending",
            ConversationCard.edited_opener.is_null(),
            ConversationCard.assigned_to.is_null(),
            ConversationCard.changed_at.is_null(),
            *which,
        )
        .returning(ConversationCard.id, ConversationCard.customer_id)
    )
    record(unit, cards_changed(rows, "dismissed"))


def _by_pulse(status: str) -> dict[Column | str, Any]:
    return {
        ConversationCard.status: status,
        ConversationCard.revision: ConversationCard.revision + 1,
        ConversationCard.changed_by: "Pulse",
        ConversationCard.changed_at: clock.now(),
    }


def cards_changed(rows: Sequence[Any], status: str) -> CardsChanged:
    """Publish that these cards (id, customer_id) now have this status."""
    return CardsChanged(
        cards=[
            CardState(id=row["id"], customer_id=row["customer_id"], status=status) for row in rows
        ]
    )
