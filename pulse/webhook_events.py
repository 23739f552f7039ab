"""What other systems are told when something changes: the loop's steps as webhook events.

Customers are named by the business's own id. Nothing a customer wrote goes out, and nothing at all
is computed where no endpoint listens.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pulse.auth import audit
from pulse.cards.creation import Opened
from pulse.contexts.sharing import Context
from pulse.db.transaction import Unit
from pulse.milestones.store import JustReached
from pulse.scoring.bands import EROSION_POINTS
from pulse.scoring.recalculation import Change
from pulse.webhooks import delivery as delivery  # registers its job
from pulse.webhooks import outbox

MOST_TOLD = 500
"""When more customers of one transaction are concerned it is a new list, not news of each."""


async def emit_score_events(
    unit: Unit, changes: Sequence[Change], reached: Sequence[JustReached]
) -> None:
    """identity.changed, band.changed, identity.eroded and milestone.reached.

    Each kind by itself: overnight every score moves a little, which is not told of thousands, but
    the few who have eroded by it are.
    """
    wanted = await outbox.wanted(unit)
    for kind, concerns, words in SCORES:
        if kind in wanted:
            news = [change for change in changes if concerns(change)]
            await _tell(unit, kind, [words(change) for change in news[: MOST_TOLD + 1]])
    await _tell(unit, "milestone.reached", [_milestone(one) for one in reached[: MOST_TOLD + 1]])


async def _tell(unit: Unit, kind: str, payloads: list[dict[str, Any]]) -> None:
    if len(payloads) <= MOST_TOLD:
        await outbox.emit(unit, kind, payloads)


async def emit_context_event(unit: Unit, external_id: str, context: Context) -> None:
    """context.shared: which state, until when; never the customer's own words."""
    payload = {
        "customer_id": external_id,
        "context_type": context.context_type,
        "expires_at": context.expires_at.isoformat(),
    }
    await outbox.emit(unit, "context.shared", [payload])


async def emit_card_events(unit: Unit, opened: Sequence[Opened]) -> None:
    """card.created."""
    payloads = [
        {
            "card_id": str(card.id),
            "customer_id": card.external_id,
            "cause": card.cause,
            "priority": card.priority,
        }
        for card in opened
    ]
    await outbox.emit(unit, "card.created", payloads)


async def emit_security_event(unit: Unit, told: dict[str, Any]) -> None:
    """security.*: a security event of the audit log, with account and address."""
    area, _, what = str(told["event"]).partition(".")
    named = f"security.{what}" if area == "security" else f"security.{area}_{what}"
    await outbox.emit(unit, "security", [told], named=named)


audit.on_security_event.append(emit_security_event)


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
    """Eroded now and not so before: said once a fall."""
    last, high = change.before.last, change.high_before
    if last is None or high is None:
        return False
    return change.recent_high - change.strength > EROSION_POINTS >= high - last


def _erosion(change: Change) -> dict[str, Any]:
    return {**_score(change), "recent_high": round(change.recent_high, 2)}


def _milestone(one: JustReached) -> dict[str, Any]:
    return {
        "customer_id": one.external_id,
        "milestone": one.key,
        "reached_on": str(one.reached_on),
    }


SCORES: tuple[tuple[str, Callable[[Change], bool], Callable[[Change], dict[str, Any]]], ...] = (
    ("identity.changed", lambda change: change.differs, _score),
    ("band.changed", _band_changed, _band),
    ("identity.eroded", _has_eroded, _erosion),
)
