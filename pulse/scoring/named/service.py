"""Several scorecards: add one for some customers, change its condition, order them, remove one.

A new scorecard starts with a draft, a copy of the default one; it scores nobody until a version of
it is published. A change that moves customers to another scorecard enqueues a rescoring.
"""

from collections.abc import Sequence
from uuid import UUID

from pulse.auth.audit import record
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.conditions import FIELDS, UNSCORED, custom_field
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.events import publisher
from pulse.events.types import Notice
from pulse.jobs.queue import enqueue
from pulse.scoring import scorecard_store, versions
from pulse.scoring.named import store
from pulse.scoring.named.store import OtherScorecard
from pulse.scoring.versions import RESCORE
from pulse.tables.columns import new_uuid7
from pulse.tables.customer import Customer

DRAWN = 2_000
"""Customers whose custom fields are offered; rarer fields are not."""
MOST_CUSTOM = 200


async def scorecards(scope: Scope) -> list[OtherScorecard]:
    """Return the scorecards beside the default one, in the order in which they are tried."""
    async with tenant(scope) as unit:
        return await store.all_named(unit)


async def add(scope: Scope, name: str, condition: str) -> UUID:
    """Add a scorecard after the others, with a first draft (managers and admins).

    Raises Invalid for a wrong condition or one on a field that follows from the score, Conflict
    for a name that is taken.
    """
    scope.require(Permission.edit_scorecard)
    async with tenant(scope) as unit:
        current = await scorecard_store.published(unit)
        named_id = await store.add(unit, name, condition)
        told = {"condition": condition}
        await record(unit, scope, "scorecard.added", name.strip(), after=told)
        why = f"A copy of version {current.version}"
        await versions.keep_draft(unit, scope, current.card, why=why, named_id=named_id)
        return named_id


async def change(scope: Scope, named_id: UUID, name: str, condition: str) -> None:
    """Change the name or the condition; a new condition rescores (managers and admins)."""
    scope.require(Permission.edit_scorecard)
    async with tenant(scope) as unit:
        was = await store.named(unit, named_id)
        await store.change(unit, named_id, name, condition)
        await record(
            unit,
            scope,
            "scorecard.changed",
            name.strip(),
            before={"name": was.name, "condition": was.condition},
            after={"name": name.strip(), "condition": condition},
        )
        await _follow(unit, moves=was.version is not None and was.condition != condition)


async def move(scope: Scope, named_id: UUID, *, up: bool) -> None:
    """Move it one place up or down in the order (managers and admins)."""
    scope.require(Permission.edit_scorecard)
    async with tenant(scope) as unit:
        was = await store.all_named(unit)
        one = await store.named(unit, named_id)
        place = [each.id for each in was].index(named_id)
        other = place + (-1 if up else 1)
        if not 0 <= other < len(was):
            return
        order = [*was]
        order[place], order[other] = order[other], order[place]
        await store.reorder(unit, [each.id for each in order])
        before, after = _order(was), _order(order)
        await record(unit, scope, "scorecard.moved", one.name, before=before, after=after)
        await _follow(unit, moves=True)


async def remove(scope: Scope, named_id: UUID, why: str = "") -> None:
    """Remove it; its customers go to the next one that applies (managers and admins).

    Its versions stay in the histories of the customers they scored.
    """
    scope.require(Permission.edit_scorecard)
    async with tenant(scope) as unit:
        was = await store.named(unit, named_id)
        told = {"condition": was.condition, "customers": await store.scored_by(unit, named_id)}
        await store.remove(unit, named_id)
        await record(unit, scope, "scorecard.removed", was.name, before=told, reason=why)
        await _follow(unit, moves=was.version is not None)


async def customers_of(scope: Scope, named_id: UUID) -> int:
    """Return how many customers it scores at present."""
    async with tenant(scope) as unit:
        return await store.scored_by(unit, named_id)


async def askable_fields(scope: Scope) -> dict[str, str]:
    """Return the fields that a condition may use, key → label: none that follows from a score."""
    async with tenant(scope) as unit:
        drawn = await repository.sample(unit, DRAWN)
        rows = await Customer.select(Customer.attributes).where(
            Customer.business_id == unit.business_id, any_of(Customer.id, drawn)
        )
    custom = {name for row in rows for name in row["attributes"] if "\0" not in name}
    known = {key: FIELDS[key].label for key in UNSCORED}
    return known | {custom_field(name): name for name in sorted(custom)[:MOST_CUSTOM]}


async def _follow(unit: Unit, *, moves: bool) -> None:
    """Notify open pages; rescore everybody if customers may move."""
    if moves:
        await enqueue(unit, RESCORE, [{}], keys=[f"scorecards-{new_uuid7()}"])
    publisher.record(unit, Notice(text="scorecard_published"))


def _order(listed: Sequence[OtherScorecard]) -> dict[str, list[str]]:
    """Return the sequence for an entry of the audit log."""
    return {"sequence": [one.name for one in listed]}
