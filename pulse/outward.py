"""What other systems are told when something changes: the loop's steps as webhook events.

Customers are named by the business's own id. Nothing a customer wrote goes out, and nothing at all
is computed where no endpoint listens.
"""

from collections.abc import Sequence
from typing import Any

from pulse.cards.queue import Opened
from pulse.contexts.sharing import Context
from pulse.database.tenancy import Unit
from pulse.identity.achievements import JustReached
from pulse.identity.bands import EROSION_POINTS
from pulse.identity.recalculation import Change
from pulse.webhooks import delivery as delivery  # registers its job
from pulse.webhooks.outgoing import emit

MOST_CHANGED = 500
"""A larger recalculation (a new scorecard, an import) is no news about single customers."""


async def of_scores(unit: Unit, changes: Sequence[Change], reached: Sequence[JustReached]) -> None:
    """identity.changed, band.changed, identity.eroded and milestone.reached."""
    if len(changes) <= MOST_CHANGED:
        news = [change for change in changes if change.differs]
        await emit(unit, "identity.changed", [_score(change) for change in news])
        moved = [change for change in changes if _band_changed(change)]
        await emit(unit, "band.changed", [_band(change) for change in moved])
        eroded = [change for change in changes if _has_eroded(change)]
        await emit(unit, "identity.eroded", [_erosion(change) for change in eroded])
        told = [
            {
                "customer_id": one.external_id,
                "milestone": one.key,
                "reached_on": str(one.reached_on),
            }
            for one in reached
        ]
        await emit(unit, "milestone.reached", told)


async def of_context(unit: Unit, external_id: str, context: Context) -> None:
    """context.shared: which state, until when; never the customer's own words."""
    payload = {
        "customer_id": external_id,
        "context_type": context.context_type,
        "expires_at": context.expires_at.isoformat(),
    }
    await emit(unit, "context.shared", [payload])


async def of_cards(unit: Unit, opened: Sequence[Opened]) -> None:
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
    await emit(unit, "card.created", payloads)


def _score(change: Change) -> dict[str, Any]:
    return {
        "customer_id": change.external_id,
        "identity_strength": round(change.strength, 2),
        "before": None if change.before.last is None else round(change.before.last, 2),
        "band": change.band,
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
