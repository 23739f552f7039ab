"""SQL over the customers that a filter matches, and over all rows of one customer.

Raw SQL: filters are SQL conditions over a view, not a table; a bulk change stores the previous
values in the same statement; a timeline is a union of eleven selects; scoring writes another
value to each customer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pulse import clock
from pulse.customers.filters import OPEN_CARD
from pulse.db.transaction import Unit

FEW = 21
"""The number of ids that are returned: open pages are updated for up to twenty customers singly."""


class Kind(NamedTuple):
    """SQL of one kind of change over `customers c`; $V: the new value, `f`: a row of old values.

    change: sets it. now: true when the change is not needed. former: the old value as text. holds:
    true when nobody has changed it since. back: restores the old value.
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


async def select_customers(
    unit: Unit, what: str, where: str, args: Sequence[Any], rest: str = ""
) -> list[Any]:
    """Select `what` from the customers `scored_customers c` for whom a filter's condition holds.

    what, rest: SQL written in this module's callers, such as grouping and order.
    """
    return await unit.fetch(f"SELECT {what} FROM scored_customers c WHERE {where} {rest}", *args)


async def matching_ids(unit: Unit, where: str, args: Sequence[Any]) -> list[UUID]:
    """The ids of the customers for whom this condition holds."""
    return [row["id"] for row in await select_customers(unit, "c.id", where, args)]


async def with_open_card(unit: Unit, where: str, args: Sequence[Any], most: int) -> list[Any]:
    """Id and has_one (an open card) of the customers for whom this condition holds, by id."""
    what, rest = f"c.id, {OPEN_CARD} AS has_one", f"ORDER BY c.id LIMIT {most}"
    return await select_customers(unit, what, where, args, rest)


async def set_for_many(
    unit: Unit,
    what: str,
    where: str,
    args: Sequence[Any],
    value: Any,
    change_id: UUID | None,
    staff_id: UUID | None,
) -> Any:
    """Set one column where it differs, and store the previous values.

    Returns the number of changed customers, up to a few ids, and a subject for the audit log.
    """
    place = len(args) + 1
    sql = _CHANGE.format(where=where, what=what, few=FEW, **KINDS[what]._asdict())
    for offset, name in enumerate(("$V", "$CHANGE", "$STAFF", "$NOW")):
        sql = sql.replace(name, f"${place + offset}")
    return await unit.fetchrow(sql, *args, value, change_id, staff_id, clock.now())


_CHANGE = """
WITH changed AS (
  UPDATE customers c SET {change}, updated_at = $NOW WHERE c.business_id = $1
  AND c.id IN (SELECT c.id FROM scored_customers c WHERE {where})
  AND {now} IS DISTINCT FROM $V
  RETURNING c.id, c.external_id, {former} AS former
), kept AS (
  INSERT INTO former_values (business_id, change_id, what, value, former, customers, staff_id)
  SELECT $1, $CHANGE::uuid, '{what}', $V::text, former, array_agg(id), $STAFF::uuid
  FROM changed WHERE $CHANGE::uuid IS NOT NULL GROUP BY former
)
SELECT count(*) AS number, min(external_id) AS subject,
  (SELECT array_agg(id) FROM (SELECT id FROM changed LIMIT {few}) few) AS few FROM changed
"""


async def put_back(unit: Unit, what: str, change_id: UUID) -> Any:
    """Restore the previous values of a bulk change.

    Returns the number restored, the number skipped, value, subject and a few ids.
    """
    sql = _PUT_BACK.format(few=FEW, **KINDS[what]._asdict())
    return await unit.fetchrow(sql, unit.business_id, change_id, clock.now())


_PUT_BACK = """
WITH f AS (
  SELECT value, former, unnest(customers) AS id FROM former_values
  WHERE business_id = $1 AND change_id = $2
), restored AS (
  UPDATE customers c SET {back}, updated_at = $3 FROM f
  WHERE c.business_id = $1 AND c.id = f.id AND {holds} RETURNING c.id, c.external_id
)
SELECT count(*) AS number, (SELECT count(*) FROM f) AS kept, (SELECT min(value) FROM f) AS value,
  min(external_id) AS subject,
  (SELECT array_agg(id) FROM (SELECT id FROM restored LIMIT {few}) few) AS few FROM restored
"""


async def stream(
    unit: Unit, customer_id: UUID, before: datetime | None, big_move: float, limit: int
) -> list[Any]:
    """All timeline entries of one customer before this time, newest first."""
    sql = _STREAM.format(limit=limit)
    return await unit.fetch(sql, unit.business_id, customer_id, before, big_move)


_PART = "SELECT * FROM ({body} ORDER BY at DESC LIMIT {{limit}}) part"
_OLDER = "($3::timestamptz IS NULL OR {at} < $3)"


def _part(fields: str, source: str, at: str) -> str:
    older = _OLDER.format(at=at)
    return _PART.format(
        body=f"SELECT {at} AS at, {fields} FROM {source} "
        f"AND {at} IS NOT NULL AND {older} AND $4::float8 > 0"
    )


_OF = "t.business_id = $1 AND t.customer_id = $2"
_STAFF = "LEFT JOIN staff s ON s.business_id = t.business_id AND s.id = t."

_SNOOZED = (
    "a.business_id = t.business_id AND a.subject = 'card:' || t.id AND a.action = 'card.snoozed'"
)
"""The audit entries keep the snoozes that are over; those of the demo's past have none."""

_STREAM = (
    " UNION ALL ".join(
        [
            _part(
                "'event' AS kind, t.kind AS title, '' AS text, '' AS who, t.amount, "
                "NULL::text AS reasons_at",
                f"events t WHERE {_OF}",
                "t.occurred_at",
            ),
            _part(
                "'context', t.context_type, coalesce(t.note, ''), "
                "CASE WHEN t.withdrawn_at IS NULL THEN '' ELSE 'taken back' END, "
                "NULL::float8, NULL",
                f"customer_contexts t WHERE {_OF}",
                "t.shared_at",
            ),
            _part(
                "'card', t.cause, t.reason, '', NULL::float8, "
                "coalesce(t.evidence ->> 'reasons_at', t.evidence ->> 'as_of')",
                f"conversation_cards t WHERE {_OF}",
                "t.created_at",
            ),
            _part(
                "'action', t.channel, coalesce(t.edited_opener, t.ai_generated_opener), "
                "coalesce(s.name, ''), NULL::float8, NULL",
                f"conversation_cards t {_STAFF}actioned_by WHERE {_OF}",
                "t.actioned_at",
            ),
            _part(
                "'outcome', t.outcome, t.outcome_note, '', NULL::float8, NULL",
                f"conversation_cards t WHERE {_OF}",
                "t.outcome_at",
            ),
            _part(
                "'end', t.dismissed_reason, coalesce(t.reasons ->> 0, ''), "
                "CASE WHEN t.changed_by = 'Pulse' THEN '' ELSE t.changed_by END, "
                "floor(extract(epoch FROM t.changed_at - t.created_at) / 86400)::float8, NULL",
                f"conversation_cards t WHERE {_OF} AND t.status = 'dismissed'",
                "coalesce(t.changed_at, t.updated_at)",
            ),
            _part(
                "'snooze', t.snoozed_until::text, t.snooze_reason, t.changed_by, NULL::float8, "
                "NULL",
                f"conversation_cards t WHERE {_OF} AND t.status = 'snoozed' AND NOT EXISTS "
                f"(SELECT FROM audit_entries a WHERE {_SNOOZED})",
                "t.changed_at",
            ),
            _part(
                "'snooze', a.after ->> 'snoozed_until', a.reason, a.actor ->> 'name', "
                "NULL::float8, NULL",
                f"conversation_cards t JOIN audit_entries a ON {_SNOOZED} WHERE {_OF} "
                "AND (SELECT n.action FROM audit_entries n WHERE n.business_id = a.business_id "
                "AND n.subject = a.subject AND n.id > a.id ORDER BY n.id LIMIT 1) "
                "IS DISTINCT FROM 'card.undone'",
                "a.created_at",
            ),
            _part(
                "'note', '', t.body, coalesce(s.name, ''), NULL::float8, NULL",
                f"customer_notes t {_STAFF}staff_id WHERE {_OF}",
                "t.created_at",
            ),
            _part(
                "'milestone', t.key, '', '', NULL::float8, NULL",
                f"customer_milestones t WHERE {_OF}",
                "t.reached_on::timestamptz",
            ),
            _part(
                "CASE t.scorecard_id WHEN t.scorecard_before THEN 'score' ELSE 'rescore' END, "
                "t.band, t.was::text, '', t.identity_strength, NULL",
                "(SELECT i.*, lag(i.identity_strength) OVER days AS was, "
                "lag(i.scorecard_id) OVER days AS scorecard_before FROM identity_snapshots i "
                "WHERE i.business_id = $1 AND i.customer_id = $2 "
                "WINDOW days AS (ORDER BY i.snapshot_date)) t "
                f"WHERE {_OF} AND abs(t.identity_strength - t.was) >= $4",
                "t.taken_at",
            ),
        ]
    )
    + " ORDER BY at DESC LIMIT {limit}"
)


async def write_yearly_values(
    unit: Unit, customers: Sequence[UUID], values: Sequence[float | None]
) -> None:
    """Write the value a year of these customers where it is another than before.

    It is no change by anybody, so it leaves `updated_at` alone.
    """
    await unit.execute(YEARLY_VALUES, unit.business_id, customers, values)


YEARLY_VALUES = """
UPDATE customers c SET yearly_value = k.value
FROM unnest($2::uuid[], $3::float8[]) AS k(id, value)
WHERE c.business_id = $1 AND c.id = k.id AND c.yearly_value IS DISTINCT FROM k.value"""
