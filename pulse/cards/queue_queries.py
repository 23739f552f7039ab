"""The cards of a CSM's queue: waiting, snoozed, needing an outcome, follow-up due, done.

Read-only; `creation` and `lifecycle` write cards.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import queue_sql
from pulse.cards import settings as card_settings
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.i18n.sentences import from_text, restored
from pulse.tables.business import Business

MOST = queue_sql.MOST
QueueTab = queue_sql.QueueTab
QUEUE_TABS: tuple[QueueTab, ...] = tuple(queue_sql.QUEUE_TABS)


class QueueCard(msgspec.Struct, frozen=True, kw_only=True):
    """A card with the data of its customer that a CSM needs.

    opener: the edited text if there is one. draft: the original text. priority_reasons: {code,
    text, points}, which sum to priority. reasons_at: when the reasons were last updated.
    """

    id: UUID
    customer_id: UUID
    external_id: str
    name: str
    email: str
    cause: str
    status: str
    opener: str
    draft: str
    writer: str
    writer_note: str
    style: str
    language: str
    reason: str
    channel: str
    follow_up: str
    reasons: list[str]
    priority: float
    priority_reasons: list[dict[str, Any]]
    assigned_to: UUID | None
    assignee: str | None
    outcome: str | None
    outcome_note: str
    snoozed_until: datetime | None
    snooze_reason: str
    dismissed_reason: str
    revision: int
    created_at: datetime
    reasons_at: datetime
    actioned_at: datetime | None
    identity_strength: float | None
    band: str | None
    change_7d: float | None
    change_30d: float | None
    context_type: str | None
    context_expires_at: datetime | None
    value: float | None
    renewal_on: date | None


class Counts(msgspec.Struct, frozen=True):
    """Number of cards in each tab, and of open cards without an assignee.

    asked: cards without an outcome, delivered so long ago that somebody should record one.
    """

    open: int
    snoozed: int
    outcomes: int
    asked: int
    unassigned: int


async def list_cards(
    scope: Scope, which: QueueTab = "open", *, owner: str = "", limit: int = 100
) -> list[QueueCard]:
    """Return the cards of one tab, most urgent first (done: newest first).

    owner: a staff id for their cards (assigned, or of their customers), "nobody", "anybody" or "".
    """
    async with tenant(scope) as unit:
        before = await _asked_before(unit)
        found = await queue_sql.tab_cards(unit, which, owner, min(limit, MOST), before)
        return _queue_cards(found)


async def card(scope: Scope, card_id: UUID) -> QueueCard:
    """Return one card; raises NotFound."""
    async with tenant(scope) as unit:
        found = await queue_sql.card(unit, card_id)
    if found is None:
        raise NotFound("There is no such card.", code="CARD_NOT_FOUND")
    return QueueCard(**card_values(found))


async def cards_of(scope: Scope, customer_id: UUID, limit: int = 20) -> list[QueueCard]:
    """Return a customer's cards, open ones first."""
    async with tenant(scope) as unit:
        return _queue_cards(await queue_sql.of_customer(unit, customer_id, min(limit, MOST)))


async def find(
    scope: Scope, search: str, causes: Sequence[str] = (), limit: int = 4
) -> list[QueueCard]:
    """Find waiting cards by causes or by the customer, most urgent first.

    Each word must be the beginning of a word of the customer's name, e-mail or id.
    """
    words = search.lower().split()[:8]
    if not words:
        return []
    async with tenant(scope) as unit:
        return _queue_cards(await queue_sql.matching(unit, words, causes, min(limit, MOST)))


async def counts(scope: Scope, owner: str = "") -> Counts:
    """Count the cards of each queue tab for this owner; unassigned ones are counted for all."""
    async with tenant(scope) as unit:
        return Counts(**dict(await queue_sql.counts(unit, owner, await _asked_before(unit))))


async def _asked_before(unit: Unit) -> datetime:
    """Return the moment before which a delivered card needs an outcome, by the business's rules."""
    business = await _SETTINGS.row(unit, id=unit.business_id)
    rules = card_settings.read(business["settings"] if business else None)
    return clock.now() - timedelta(days=rules.outcome_reminder_days)


_SETTINGS = prepared(Business.select(Business.settings).where(Business.id == Param("id")))


def _queue_cards(rows: Sequence[Any]) -> list[QueueCard]:
    return [QueueCard(**card_values(row)) for row in rows]


def card_values(row: Any) -> dict[str, Any]:
    """The values of a row of cards, its reasons as sentences."""
    reasons = [restored(one) for one in row["reasons"]]
    ranked = [{**part, "text": restored(part.get("text"))} for part in row["priority_reasons"]]
    texts = {
        name: from_text(row[name])
        for name in ("reason", "writer_note", "proposal_because")
        if row.get(name) is not None
    }
    # when they were last updated: with the evidence, else with the card; programs may not say it
    told_at = clock.read_moment(row["reasons_at"]) or row["created_at"]
    lists = {"reasons": reasons, "priority_reasons": ranked, "reasons_at": told_at}
    return {**dict(row), **texts, **lists}


def active_context(found: QueueCard) -> str | None:
    """Return the state the customer declares now, if any."""
    live = found.context_expires_at is not None and found.context_expires_at > clock.now()
    return found.context_type if live else None
