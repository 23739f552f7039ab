"""Recompute the priority of waiting cards when customers change and as cards age."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.ttl_cache import Expiring
from pulse.cards import queue_sql, settings
from pulse.cards.effects.strata import effects_in
from pulse.cards.evidence.card_context import is_comparable
from pulse.cards.priority import AGE_MOST, Priority, Scale, rank
from pulse.cards.triggers import CardContext, DeclaredContext
from pulse.db.transaction import Unit
from pulse.events.publisher import record
from pulse.events.types import CardsChanged, CardState
from pulse.i18n.sentences import restored, stored
from pulse.scoring.lifecycle.lapse_chance import LEAST_ORDER_DAYS, LapseChance, chance_of
from pulse.scoring.lifecycle.rhythm_store import rhythm_in

VALUE_SAMPLE = 5_000  # sample size for the value of the top tenth
SAMPLE_SECONDS = 60.0
AGED_AT_ONCE = 500
_value_highs: Expiring[UUID, float] = Expiring(SAMPLE_SECONDS)


async def value_high(unit: Unit) -> float | None:
    """Return the value at which the top tenth begins, from a sample; None without values.

    For a business that fills the sample it is cached for SAMPLE_SECONDS, because sorting thousands
    of values would be the most expensive part of a customer's tap.
    """
    known = _value_highs.get(unit.business_id)
    if known is not None:
        return known
    row = await queue_sql.value_high(unit, VALUE_SAMPLE)
    found: float | None = row["high"]
    if found is not None and row["sampled"] >= VALUE_SAMPLE:
        _value_highs.put(unit.business_id, found)
    return found


async def reprioritise(unit: Unit, customers: Sequence[UUID]) -> int:
    """Recompute the rank of these customers' open cards after a state or score changed.

    Returns how many moved. The revision does not change, since a new rank is not an edit.
    """
    rows = await queue_sql.rankable(unit, [*customers], AGE_MOST, None)
    return await _rank(unit, rows, publish=True)


async def age(unit: Unit) -> int:
    """Add a day of waiting to the open cards that need it; returns how many moved."""
    rows = await queue_sql.rankable(unit, None, AGE_MOST, AGED_AT_ONCE)
    return await _rank(unit, rows, publish=False)


async def _rank(unit: Unit, rows: Sequence[Any], *, publish: bool) -> int:
    if not rows:
        return 0
    chosen = rows[0]["settings"]
    learned, lapse_days = rhythm_in(chosen).chance, settings.read(chosen).lapse_days
    scale = Scale(await value_high(unit), lapse_days, rows[0]["currency"], effects_in(chosen))
    ranked = [
        (row, rank(_today(unit, row, learned), row["cause"], scale, opened_at=row["created_at"]))
        for row in rows
    ]
    changed = [(row, found) for row, found in ranked if not is_unchanged(row, found)]
    columns = (
        [row["id"] for row, _ in changed],
        [found.score for _, found in changed],
        [msgspec.json.encode(found.reasons, enc_hook=stored).decode() for _, found in changed],
    )
    await queue_sql.set_ranks(unit, columns)
    moved = [(row, found) for row, found in changed if found.score != row["priority"]]
    if publish:
        record(unit, CardsChanged(cards=[_state(row, found) for row, found in moved]))
    return len(moved)


def is_unchanged(row: Any, found: Priority) -> bool:
    """Return whether a card has this rank and shows these reasons.

    row: `priority` and `priority_reasons` of the card. Amounts change with every score, which may
    leave the points as they are.
    """
    told = [(part["code"], str(restored(part["text"]))) for part in row["priority_reasons"]]
    same = told == [(reason.code, str(reason.text)) for reason in found.reasons]
    return same and found.score == row["priority"]


def _today(unit: Unit, row: Any, learned: LapseChance) -> CardContext:
    """Return the customer as of now, with the recent high of the card if that was higher."""
    seen, last_order = row["evidence"], row["last_order_at"]
    known = seen.get("recent_high") if is_comparable(seen, row["scorecard_id"]) else None
    high = max(known or 0.0, row["recent_high"] or 0.0)
    declared = _declared(row["context_type"], row["note"], row["context_expires_at"])
    silent = _days_between(last_order or row["last_event_at"], clock.now())
    active_days, usual = int(seen.get("active_days") or 0), row["usual_gap_days"]
    scored = row["scored_at"] or clock.now()  # so that the chance is that of the value at risk
    ordered = _days_between(last_order, scored)
    habit = usual is not None and active_days >= LEAST_ORDER_DAYS
    late = ordered / max(1.0, usual) if ordered is not None and habit else None
    return CardContext(
        business_id=unit.business_id,
        customer_id=row["customer_id"],
        external_id=row["external_id"],
        as_of=clock.now(),
        strength=row["identity_strength"],
        recent_high=high or None,
        behaviour_change=seen.get("behaviour_change"),
        band=row["band"],
        declared=declared,
        value=row["yearly_value"],
        renewal_on=row["renewal_on"],
        days_silent=silent,
        last_order_on=last_order.date() if last_order else None,
        usual_gap=usual,
        active_days=active_days,
        chance=chance_of(learned, row["identity_strength"], late),
        value_at_risk=row["value_at_risk"],
        lifecycle=row["lifecycle"] or "active",
    )


def _days_between(begin: datetime | None, end: datetime) -> float | None:
    return None if begin is None else (end - begin).total_seconds() / 86_400


def _declared(
    state: str | None, note: str | None, expires_at: datetime | None
) -> DeclaredContext | None:
    return DeclaredContext(state, note, expires_at) if state else None


def _state(row: Any, found: Priority) -> CardState:
    return CardState(
        id=row["id"],
        customer_id=row["customer_id"],
        external_id=row["external_id"],
        status=row["status"],
        priority=found.score,
    )
