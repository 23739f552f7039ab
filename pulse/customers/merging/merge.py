"""Merge two customers who are one person, and separate them again within 30 days.

All rows of the removed customer move to the remaining one. The former id keeps referring to the
remaining customer in calls, lists, tokens and URLs. Data received under it later stays with that
customer when the merge is undone.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import pending_scores, repository
from pulse.customers.merging import former_ids, merge_store, profile, rows_sql
from pulse.customers.merging.rows_sql import Moved
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotFound
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged, ReadAgain
from pulse.i18n.sentences import Sentence

UNDO_DAYS = 30


class Merge(msgspec.Struct, frozen=True):
    """A merge: the remaining customer, the former id and name of the other, and who did it."""

    id: UUID
    created_at: datetime
    customer_id: str
    former_id: str
    former_name: str
    merged_by: str
    undo_until: datetime
    undone_at: datetime | None = None


class Joined(msgspec.Struct, frozen=True):
    """What a merge changed, and the customers to be scored."""

    merge: Merge
    customers: list[UUID]


async def merge(scope: Scope, stays: str, goes: str) -> Joined:
    """Merge the customer `goes` into `stays` (the business's ids).

    Raises NotFound for an unknown one, Invalid when both are the same.
    """
    scope.require(Permission.edit_customers)
    async with tenant(scope) as unit:
        stays_id = await repository.id_of(unit, stays)
        goes_id = await repository.id_of(unit, goes)
        return await join(unit, scope, stays_id, goes_id)


async def join(unit: Unit, scope: Scope, stays_id: UUID, goes_id: UUID) -> Joined:
    """Merge two customers inside a unit of work."""
    if stays_id == goes_id:
        raise Invalid("These two ids already mean the same customer.", code="SAME_CUSTOMER")
    rows = await merge_store.lock(unit, [stays_id, goes_id])
    if len(rows) < 2:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    stays, goes = rows[stays_id], rows[goes_id]
    moved = await rows_sql.move(unit, goes_id, stays_id)
    times = await merge_store.join_times(unit, goes_id, stays_id)
    written = profile.joined(stays, goes)
    await merge_store.remove(unit, goes_id)
    await rows_sql.write_columns(unit, stays_id, written)
    await former_ids.add_alias(unit, goes["external_id"], stays_id)
    kept = {"row": goes, "times": times, "dropped": moved.dropped}
    former = {"row": {name: stays[name] for name in written}, "written": written}
    found = await merge_store.insert_record(
        unit,
        stays_id,
        external_id=goes["external_id"],
        name=goes["name"],
        merged_by=scope.actor.name,
        merged=kept,
        former=former,
        moved={"keys": moved.keys, "cards": moved.cards},
    )
    # without a customer id, so that the audit entry survives an erasure
    which = {"merge": str(found["id"])}
    await audit.record(unit, scope, "customer.merged", f"customer:{stays_id}", after=which)
    await _follow(unit, [stays_id])
    return Joined(_merge(found | {"customer_id": stays["external_id"]}), [stays_id])


async def undo(scope: Scope, external_id: str, merge_id: UUID) -> Joined:
    """Undo a merge: separate the two customers. Raises Conflict when that is no longer possible."""
    scope.require(Permission.edit_customers)
    async with tenant(scope) as unit:
        stays_id = await repository.id_of(unit, external_id)
        found = await merge_store.lock_record(unit, stays_id, merge_id)
        if found is None:
            raise NotFound("There is no such merge.")
        await _check(unit, found)
        await _part(unit, stays_id, found)
        goes_id = UUID(found["merged"]["row"]["id"])
        which = {"merge": str(merge_id)}
        await audit.record(
            unit, scope, "customer.merge_undone", f"customer:{stays_id}", after=which
        )
        await _follow(unit, [stays_id, goes_id])
        stays = await repository.external_id_of(unit, stays_id)
        done = _merge(found | {"customer_id": stays, "undone_at": clock.now()})
        return Joined(done, [stays_id, goes_id])


async def merges_of(scope: Scope, external_id: str) -> list[Merge]:
    """The merges into a customer, newest first."""
    async with tenant(scope) as unit:
        stays_id = await repository.id_of(unit, external_id, scope)
        stays = await repository.external_id_of(unit, stays_id)
        rows = await merge_store.records(unit, stays_id)
        return [_merge({**row, "customer_id": stays}) for row in rows]


async def _check(unit: Unit, found: dict[str, Any]) -> None:
    if found["undone_at"] is not None:
        raise Conflict("This merge was undone already.", code="ALREADY_UNDONE")
    if clock.now() > found["created_at"] + timedelta(days=UNDO_DAYS):
        raise Conflict(
            Sentence("A merge can be undone for {undo_days} days.", undo_days=UNDO_DAYS),
            code="TOO_LATE",
        )
    if await former_ids.find(unit, found["external_id"]) is not None:
        words = f"Meanwhile there is a new customer with the id {found['external_id']}."
        raise Conflict(words, code="ID_TAKEN")


async def _part(unit: Unit, stays_id: UUID, found: dict[str, Any]) -> None:
    kept = found["merged"]
    goes_id = UUID(kept["row"]["id"])
    now = (await merge_store.lock(unit, [stays_id]))[stays_id]
    await former_ids.drop_alias(unit, found["external_id"])
    await rows_sql.insert_again(unit, kept["row"])
    await merge_store.insert_times(unit, goes_id, kept["times"])
    moved = Moved(found["moved"]["keys"], kept["dropped"], found["moved"]["cards"])
    await rows_sql.move_back(unit, moved, goes_id, stays_id)
    former = found["former"]
    columns = profile.parted(now, former["row"], former["written"])
    await rows_sql.write_columns(unit, stays_id, columns)
    await merge_store.mark_undone(unit, found["id"], clock.now())


async def _follow(unit: Unit, customers: list[UUID]) -> None:
    """Mark the customers to be scored, and publish the change to open pages."""
    await pending_scores.mark(unit, customers)
    everything = ("identity_update", "context_shared", "card_changed")
    record(unit, ReadAgain(kinds=everything), CustomersChanged(customers=None))


def _merge(row: dict[str, Any]) -> Merge:
    return Merge(
        id=row["id"],
        created_at=row["created_at"],
        customer_id=row["customer_id"],
        former_id=row["external_id"],
        former_name=row["name"],
        merged_by=row["merged_by"],
        undo_until=row["created_at"] + timedelta(days=UNDO_DAYS),
        undone_at=row["undone_at"],
    )
