"""Taking back what was done to many customers at once: owner, segment or tag.

A change that is to be taken back keeps what each customer had before, one row for each former
value with the ids of all who had it, so that 100,000 customers are a few rows. Taking it back
leaves alone whoever has been changed since. Kept for a day; the page offers it for some seconds.
"""

from typing import NamedTuple
from uuid import UUID

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.customers.notifications import publish_changes
from pulse.db.transaction import tenant
from pulse.errors import NotFound
from pulse.tables.imports import FormerValues

FEW = 21
"""Ids that are read back: open pages are told of up to twenty customers one by one."""


class Kind(NamedTuple):
    """One kind of change over `customers c`; $V is the new value, `f` a row of former values.

    change: sets it. now: what would make the change needless. former: what they had, as text.
    holds: nobody has changed it since. back: sets what they had.
    """

    change: str
    now: str
    former: str
    holds: str
    back: str


KINDS = {
    "owner": Kind(
        change="owner_id = $V::uuid",
        now="c.owner_id",
        former="old.owner_id::text",
        holds="c.owner_id IS NOT DISTINCT FROM f.value::uuid",
        back="owner_id = f.former::uuid",
    ),
    "segment": Kind(
        change="segment = $V",
        now="c.segment",
        former="old.segment",
        holds="c.segment = f.value",
        back="segment = f.former",
    ),
    "tag": Kind(
        change="tags = array_append(c.tags, $V::text)",
        now="CASE WHEN c.tags @> ARRAY[$V::text] THEN $V::text END",
        former="NULL::text",
        holds="c.tags @> ARRAY[f.value]",
        back="tags = array_remove(c.tags, f.value)",
    ),
}


class TakenBack(NamedTuple):
    """customers: who have what they had before. left: changed by others since, left as they are."""

    customers: int
    left: int


async def take_back(scope: Scope, change_id: UUID) -> TakenBack:
    """Give everybody of a bulk change what they had before, unless it was changed again since.

    For whoever made the change, once. Raises NotFound where nothing is kept of it any more.
    """
    async with tenant(scope) as unit:
        scope.require(Role.csm)
        former = (
            await FormerValues.select(FormerValues.what)
            .where(
                FormerValues.business_id == scope.business_id,
                FormerValues.change_id == change_id,
                FormerValues.staff_id == scope.actor.id,
            )
            .limit(1)
            .lock_rows()
            .first()
        )
        if former is None:
            raise NotFound("This can no longer be undone.", code="UNDO_GONE")
        what = former["what"]
        found = await unit.fetchrow(_back(KINDS[what]), scope.business_id, change_id)
        await FormerValues.delete().where(
            FormerValues.business_id == scope.business_id, FormerValues.change_id == change_id
        )
        done = TakenBack(found["number"], found["kept"] - found["number"])
        await audit.record(
            unit,
            scope,
            f"customer.{what}_change_undone",
            found["subject"] if done.customers == 1 else f"{done.customers:,} customers",
            before=found["value"],
        )
        publish_changes(unit, found["few"] or [])
    return done


def bulk_update_sql(kind: Kind, what: str, where: str, place: int) -> str:
    """The statement of a bulk change: whose `where` holds; returns number, few ids and a subject.

    Arguments after those of `where`: the value ($place), the change's id or None to keep nothing,
    and who does it.
    """
    value = f"${place}"
    return f"""
WITH changed AS (
  UPDATE customers c SET {kind.change}, updated_at = now() WHERE c.business_id = $1
  AND c.id IN (SELECT c.id FROM scored_customers c WHERE {where})
  AND {kind.now} IS DISTINCT FROM $V
  RETURNING c.id, c.external_id, {kind.former} AS former
), kept AS (
  INSERT INTO former_values (business_id, change_id, what, value, former, customers, staff_id)
  SELECT $1, ${place + 1}::uuid, '{what}', $V::text, former, array_agg(id), ${place + 2}::uuid
  FROM changed WHERE ${place + 1}::uuid IS NOT NULL GROUP BY former
)
SELECT count(*) AS number, min(external_id) AS subject,
  (SELECT array_agg(id) FROM (SELECT id FROM changed LIMIT {FEW}) few) AS few FROM changed
""".replace("$V", value)


def _back(kind: Kind) -> str:
    return f"""
WITH f AS (
  SELECT value, former, unnest(customers) AS id FROM former_values
  WHERE business_id = $1 AND change_id = $2
), restored AS (
  UPDATE customers c SET {kind.back}, updated_at = now() FROM f
  WHERE c.business_id = $1 AND c.id = f.id AND {kind.holds} RETURNING c.id, c.external_id
)
SELECT count(*) AS number, (SELECT count(*) FROM f) AS kept, (SELECT min(value) FROM f) AS value,
  min(external_id) AS subject,
  (SELECT array_agg(id) FROM (SELECT id FROM restored LIMIT {FEW}) few) AS few FROM restored
"""
