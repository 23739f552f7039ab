"""Conversations that a colleague asks for: one card each, for the ticked or the filtered customers.

They are scored first, so that the card tells today's reasons; then they go the way of all cards.
Whoever has an open card already, for whatever cause, keeps that one.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from pulse import loop, outward
from pulse.access.audit import record
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.cards import opening, rules
from pulse.cards.triggers import BY_HAND
from pulse.customers.care import Who, where_of
from pulse.customers.filters import OPEN_CARD
from pulse.database.tenancy import Unit, tenant
from pulse.errors import Invalid
from pulse.identity import recalculation, scorecards

MOST_AT_ONCE = 500
"""An opener is worth making when somebody delivers it, and nobody delivers more than this."""
LONGEST_WHY = 140


class Made(msgspec.Struct, frozen=True):
    """How many cards were made, how many customers had one open, and of whom nothing is known."""

    made: int
    had_one: int
    not_known: int


async def make_cards(scope: Scope, who: Who, why: str = "") -> Made:
    """Make a card for each of these customers (csm and up); the cards go into the queue at once.

    Raises Invalid for more than MOST_AT_ONCE customers, a reason of more than LONGEST_WHY letters,
    or where the business has switched such cards off.
    """
    scope.require(Role.csm)
    wanted = _sentence(scope, why)
    async with tenant(scope) as unit:
        await _refuse_switched_off(unit)
        chosen, had_one = await _choose(unit, scope, who)
    await loop.recalculate(scope, chosen)
    async with tenant(scope) as unit:
        made = await _make(unit, chosen, wanted)
        left = len(chosen) - made
        if made:
            subject = f"{made:,} customers" if made > 1 else "1 customer"
            await record(unit, scope, "cards.made_by_hand", subject, reason=why.strip())
    return Made(made, had_one, left)


async def _make(unit: Unit, chosen: Sequence[UUID], wanted: str) -> int:
    if not chosen:
        return 0
    in_force = await scorecards.published(unit)
    done = await recalculation.recalculate(unit, chosen, in_force=in_force)
    opened = await opening.after_recalculation(unit, done, [], wanted=wanted)
    await outward.of_cards(unit, opened)
    return sum(card.cause == BY_HAND for card in opened)


async def _choose(unit: Unit, scope: Scope, who: Who) -> tuple[list[UUID], int]:
    """Whom to make a card for, and how many of them have an open one."""
    where, args = where_of(scope, who)
    rows = await unit.fetch(
        f"SELECT c.id, {OPEN_CARD} AS has_one FROM scored_customers c WHERE {where} "
        f"ORDER BY c.id LIMIT {MOST_AT_ONCE + 1}",
        *args,
    )
    if len(rows) > MOST_AT_ONCE:
        raise Invalid(
            f"These are more than {MOST_AT_ONCE} customers: choose fewer. A card is worth making "
            "when somebody has the time for the conversation.",
            code="TOO_MANY_CARDS",
        )
    free = [row["id"] for row in rows if not row["has_one"]]
    return free, len(rows) - len(free)


async def _refuse_switched_off(unit: Unit) -> None:
    settings = await unit.fetchval(
        "SELECT settings FROM businesses WHERE id = $1", unit.business_id
    )
    if BY_HAND in rules.read(settings).switched_off:
        raise Invalid("Cards by hand are switched off for this business: see Settings, Cards.")


def _sentence(scope: Scope, why: str) -> str:
    """Who asked, and why, as it stands on the card."""
    why = " ".join(why.split())
    if len(why) > LONGEST_WHY:
        raise Invalid(f"A reason has at most {LONGEST_WHY} letters.", field="why")
    asked = f"{scope.actor.name or 'A colleague'} asked for this conversation"
    return f"{asked}: {why.rstrip('.')}." if why else f"{asked}."
