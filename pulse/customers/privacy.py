"""Being forgotten: a customer asks, staff erase, and nothing personal stays.

What is deleted hangs on the customer by foreign keys and triggers; the rest (snapshots, sent
webhooks, what imports and bulk changes keep for their undo) is listed here. Aggregates stay:
counts, outcomes by style, curves.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.merging.aliases_sql import former_ids
from pulse.db.transaction import Unit, tenant
from pulse.db.transient import retry_conflicts
from pulse.live.hub import announce
from pulse.live.messages import Message
from pulse.tables.customer import Customer
from pulse.tables.imports import ScoreDue
from pulse.tables.snapshot import IdentitySnapshot

BY_CUSTOMER: tuple[Any, ...] = (IdentitySnapshot, ScoreDue)
"""Tables with a customer_id that no foreign key ties to the customer."""

_UNDO = """
UPDATE import_chunks SET
  created_ids = array_remove(created_ids, $2),
  before = (SELECT coalesce(jsonb_agg(b), '[]') FROM jsonb_array_elements(before) b
            WHERE b->>'id' <> $2::text)
WHERE business_id = $1
  AND ($2 = ANY(created_ids) OR before @> jsonb_build_array(jsonb_build_object('id', $2::text)))
"""
_FORMER = """
UPDATE former_values SET customers = array_remove(customers, $2)
WHERE business_id = $1 AND $2 = ANY(customers)
"""
_REJECTS = """
WITH gone AS (
  DELETE FROM import_rejects WHERE business_id = $1 AND $2 = ANY(cells) RETURNING import_id, line
)
UPDATE imports i SET errors = (
  SELECT coalesce(jsonb_agg(e ORDER BY (e->>'line')::bigint), '[]')
  FROM jsonb_array_elements(i.errors) e
  WHERE NOT EXISTS (SELECT FROM gone g
                    WHERE g.import_id = i.id AND g.line = (e->>'line')::bigint))
WHERE i.business_id = $1 AND i.id IN (SELECT import_id FROM gone)
"""
_WEBHOOKS = """
DELETE FROM webhook_deliveries WHERE business_id = $1 AND payload->'data'->>'customer_id' = $2
"""


async def ask_erasure(scope: Scope, external_id: str) -> None:
    """The customer asks to be forgotten: staff are told, and see it on the customer's page."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        await unit.execute(
            "UPDATE customers SET erasure_asked_at = coalesce(erasure_asked_at, $3), "
            "updated_at = now() WHERE business_id = $1 AND id = $2",
            unit.business_id,
            customer_id,
            clock.now(),
        )
        await audit.record(unit, scope, "customer.erasure_asked", f"customer:{customer_id}")
        text = f"The customer {external_id} asks for their data to be erased."
        _notice(unit, text)


@retry_conflicts
async def erase(scope: Scope, external_id: str, reason: str = "") -> None:
    """Delete a customer and everything personal; a manager's step, and it cannot be undone.

    The audit entry keeps the inner id and the reason, no name and no outer id.
    """
    scope.require(Role.manager)
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        await _locked(unit, customer_id)
        await audit.record(
            unit, scope, "customer.erased", f"customer:{customer_id}", reason=reason[:500]
        )
        await _delete(unit, customer_id)
        announce(
            unit,
            Message(
                business_id=unit.business_id,
                kind="resync",
                payload={"kinds": ["identity_update"]},
            ),
        )


async def _locked(unit: Unit, customer_id: UUID) -> None:
    """First of all, as every writer does: whoever locks the customer's row may touch the rest."""
    await (
        Customer.select(Customer.id)
        .where(Customer.business_id == unit.business_id, Customer.id == customer_id)
        .lock_rows("UPDATE")
    )


async def _delete(unit: Unit, customer_id: UUID) -> None:
    """Delete what is known of the customer, by the present id and by former ones."""
    present = await repository.external_id_of(unit, customer_id)
    ids = [present, *await former_ids(unit, customer_id)]
    for table in BY_CUSTOMER:
        await table.delete().where(
            table.business_id == unit.business_id, table.customer_id == customer_id
        )
    await unit.execute(_UNDO, unit.business_id, customer_id)
    await unit.execute(_FORMER, unit.business_id, customer_id)
    for external_id in ids:
        await unit.execute(_REJECTS, unit.business_id, external_id)
        await unit.execute(_WEBHOOKS, unit.business_id, external_id)
    await Customer.delete().where(
        Customer.business_id == unit.business_id, Customer.id == customer_id
    )


def _notice(unit: Unit, text: str) -> None:
    payload = {"level": "info", "text": text}
    announce(unit, Message(business_id=unit.business_id, kind="notice", payload=payload))


_OWN = {
    "profile": "SELECT external_id, name, email, locale, first_seen_at, last_event_at, "
    "identity_strength, band, celebrations, score_hidden "
    "FROM scored_customers WHERE business_id = $1 AND id = $2",
    "events": "SELECT kind, occurred_at, amount, properties FROM events "
    "WHERE business_id = $1 AND customer_id = $2 ORDER BY occurred_at",
    "shared_states": "SELECT context_type, note, shared_at, expires_at, withdrawn_at "
    "FROM customer_contexts WHERE business_id = $1 AND customer_id = $2 ORDER BY shared_at",
    "strength_history": "SELECT snapshot_date, identity_strength, band FROM identity_snapshots "
    "WHERE business_id = $1 AND customer_id = $2 ORDER BY snapshot_date",
    "disputes": "SELECT metric, fact, note, created_at, answer, answered_at, corrected "
    "FROM customer_disputes WHERE business_id = $1 AND customer_id = $2 ORDER BY created_at",
    "page_views_by_staff": "SELECT viewed_on, count(*) AS people FROM customer_views "
    "WHERE business_id = $1 AND customer_id = $2 GROUP BY viewed_on ORDER BY viewed_on",
    "milestones": "SELECT key, reached_on FROM customer_milestones "
    "WHERE business_id = $1 AND customer_id = $2 ORDER BY reached_on",
    "former_ids": "SELECT external_id, created_at FROM customer_aliases "
    "WHERE business_id = $1 AND customer_id = $2 ORDER BY created_at",
}
_STAFF_TOO = {
    "profile": "SELECT external_id, name, email, locale, attributes, value, renewal_on, segment, "
    "tags, first_seen_at, last_event_at, identity_strength, band, coverage, celebrations, "
    "score_hidden, pulse_rating, pulse_comment "
    "FROM scored_customers WHERE business_id = $1 AND id = $2",
    "merges": "SELECT external_id, name, merged_by, merged, former, created_at, undone_at "
    "FROM customer_merges WHERE business_id = $1 AND customer_id = $2 ORDER BY created_at",
    "notes": "SELECT body, created_at FROM customer_notes "
    "WHERE business_id = $1 AND customer_id = $2 ORDER BY created_at",
    "next_touch": "SELECT due_on, purpose FROM customer_touches "
    "WHERE business_id = $1 AND customer_id = $2",
    "churn_opinion": "SELECT leaving, created_at FROM churn_opinions "
    "WHERE business_id = $1 AND customer_id = $2",
    "conversation_cards": "SELECT cause, status, ai_generated_opener, edited_opener, actioned_at, "
    "outcome, outcome_at, outcome_note, created_at FROM conversation_cards "
    "WHERE business_id = $1 AND customer_id = $2 ORDER BY created_at",
}


async def personal_data(scope: Scope, external_id: str) -> dict[str, Any]:
    """Everything kept about one customer, for staff (csm) or for the customer themself; audited.

    Raises NotFound for a customer who is not there, or not the one asking.
    """
    if not scope.is_customer:
        scope.require(Role.csm)
    questions = _OWN if scope.is_customer else {**_OWN, **_STAFF_TOO}
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        found = {name: await _rows(unit, sql, customer_id) for name, sql in questions.items()}
        await audit.record(unit, scope, "customer.exported", f"customer:{customer_id}")
    profile = found.pop("profile")[0]
    return {"exported_at": clock.now().isoformat(), "profile": profile, **found}


async def _rows(unit: Unit, sql: str, customer_id: UUID) -> list[dict[str, Any]]:
    rows = await unit.fetch(sql, unit.business_id, customer_id)
    plain: list[dict[str, Any]] = msgspec.to_builtins([dict(row) for row in rows])
    return plain
