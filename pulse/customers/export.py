"""Taking data along: everything about one customer as JSON.

What the business keeps for itself (value, owner, segment, notes, cards, its own feeling) is in the
staff's copy only; a customer's own copy holds what the widget may show and what they gave.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.access import audit
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.customers import directory
from pulse.database.tenancy import Unit, tenant

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
    "milestones": "SELECT key, reached_on FROM customer_milestones "
    "WHERE business_id = $1 AND customer_id = $2 ORDER BY reached_on",
}
_STAFF_TOO = {
    "profile": "SELECT external_id, name, email, locale, attributes, value, renewal_on, segment, "
    "tags, first_seen_at, last_event_at, identity_strength, band, coverage, celebrations, "
    "score_hidden, pulse_rating, pulse_comment "
    "FROM scored_customers WHERE business_id = $1 AND id = $2",
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
        customer_id = await directory.id_of(unit, external_id, scope)
        found = {name: await _rows(unit, sql, customer_id) for name, sql in questions.items()}
        await audit.record(unit, scope, "customer.exported", f"customer:{customer_id}")
    profile = found.pop("profile")[0]
    return {"exported_at": clock.now().isoformat(), "profile": profile, **found}


async def _rows(unit: Unit, sql: str, customer_id: UUID) -> list[dict[str, Any]]:
    rows = await unit.fetch(sql, unit.business_id, customer_id)
    plain: list[dict[str, Any]] = msgspec.to_builtins([dict(row) for row in rows])
    return plain
