"""Convert domain events to webhook events for other systems.

Customers are named by the business's own id. No text written by a customer is sent, and nothing is
computed when no endpoint subscribes.
"""

from collections.abc import Callable
from typing import Any

from pulse.auth.audit import Audited, is_security
from pulse.db.transaction import Unit
from pulse.events.publisher import in_transaction
from pulse.events.types import (
    CardsOpened,
    ContextShared,
    MilestonesReached,
    OutcomeRecorded,
    ScoresChanged,
)
from pulse.scoring.bands import EROSION_POINTS
from pulse.scoring.recalculation import Change
from pulse.webhooks import delivery as delivery  # registers its job
from pulse.webhooks import outbox

MOST_TOLD = 500
"""The maximum number of customers of one transaction for which single events are sent; more come
from an import."""


@in_transaction(ScoresChanged)
async def _scores_changed(unit: Unit, event: ScoresChanged) -> None:
    """Emit identity.changed, band.changed and identity.eroded.

    Each kind separately: in the nightly rescoring every score changes a little, which is not sent
    for thousands of customers, but the few who have eroded are sent. Each names the scorecard. The
    first score by a version is no fall, also when it returns by a roll-back.
    """
    made_by = {"scorecard": event.scorecard or None}
    wanted = await outbox.wanted(unit)
    for kind, concerns, words in SCORES:
        if kind in wanted:
            news = [change for change in event.changes if concerns(change)]
            if kind == "identity.eroded" and event.version_id is not None:
                news = [change for change in news if change.is_comparable(event.version_id)]
            payloads = [words(change) | made_by for change in news[: MOST_TOLD + 1]]
            await _emit_unless_many(unit, kind, payloads)


@in_transaction(MilestonesReached)
async def _milestones_reached(unit: Unit, event: MilestonesReached) -> None:
    payloads = [
        {
            "customer_id": one.external_id,
            "milestone": one.key,
            "reached_on": str(one.reached_on),
        }
        for one in event.reached[: MOST_TOLD + 1]
    ]
    await _emit_unless_many(unit, "milestone.reached", payloads)


async def _emit_unless_many(unit: Unit, kind: str, payloads: list[dict[str, Any]]) -> None:
    if len(payloads) <= MOST_TOLD:
        await outbox.emit(unit, kind, payloads)


@in_transaction(ContextShared)
async def _context_shared(unit: Unit, event: ContextShared) -> None:
    """Emit context.shared: which context, until when; without the customer's own words."""
    payload = {
        "customer_id": event.external_id,
        "context_type": event.context.context_type,
        "expires_at": event.context.expires_at.isoformat(),
    }
    await outbox.emit(unit, "context.shared", [payload])


@in_transaction(CardsOpened)
async def _cards_opened(unit: Unit, event: CardsOpened) -> None:
    payloads = [
        {
            "card_id": str(card.id),
            "customer_id": card.external_id,
            "cause": card.cause,
            "priority": card.priority,
        }
        for card in event.cards
    ]
    await outbox.emit(unit, "card.created", payloads)


@in_transaction(OutcomeRecorded)
async def _outcome_recorded(unit: Unit, event: OutcomeRecorded) -> None:
    told = {"card_id": str(event.card_id), "cause": event.cause, "outcome": event.outcome}
    await outbox.emit(unit, "card.outcome", [told])


@in_transaction(Audited)
async def _security_event(unit: Unit, event: Audited) -> None:
    """Emit security.*: a security event of the audit log, with account and address."""
    if not is_security(event.action):
        return
    area, _, what = event.action.partition(".")
    named = f"security.{what}" if area == "security" else f"security.{area}_{what}"
    by = event.scope.actor
    told = {
        "event": event.action,
        "subject": event.subject,
        "reason": event.reason,
        "account": {"kind": by.kind, "id": str(by.id or ""), "name": by.name},
        "address": by.address,
    }
    await outbox.emit(unit, "security", [told], named=named)


def _score(change: Change) -> dict[str, Any]:
    return {
        "customer_id": change.external_id,
        "identity_strength": round(change.strength, 2),
        "before": None if change.before.last is None else round(change.before.last, 2),
        "band": change.band,
        "lifecycle": change.lifecycle,
        "coverage": round(change.coverage, 4),
    }


def _band_changed(change: Change) -> bool:
    return change.before.last_band is not None and change.before.last_band != change.band


def _band(change: Change) -> dict[str, Any]:
    return {**_score(change), "band_before": change.before.last_band}


def _has_eroded(change: Change) -> bool:
    """Whether the customer has eroded now and had not before, so that it is sent once per fall."""
    last, high = change.before.last, change.high_before
    if last is None or high is None:
        return False
    return change.recent_high - change.strength > EROSION_POINTS >= high - last


def _erosion(change: Change) -> dict[str, Any]:
    return {**_score(change), "recent_high": round(change.recent_high, 2)}


SCORES: tuple[tuple[str, Callable[[Change], bool], Callable[[Change], dict[str, Any]]], ...] = (
    ("identity.changed", lambda change: change.differs, _score),
    ("band.changed", _band_changed, _band),
    ("identity.eroded", _has_eroded, _erosion),
)
