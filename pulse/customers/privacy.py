"""Erasure of a customer: requested by the customer, done by staff; nothing personal stays.

Rows that reference the customer are deleted by foreign keys and triggers; the others (snapshots,
sent webhooks, undo data of imports and bulk changes) are listed here. Aggregates stay: counts,
outcomes by style, curves.
"""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from piccolo.columns.combination import WhereRaw
from piccolo.query.functions.aggregate import Count
from piccolo.querystring import QueryString

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.merging.former_ids import former_ids
from pulse.db.engine import json_text
from pulse.db.transaction import Unit, tenant
from pulse.db.transient import retry_conflicts
from pulse.events.publisher import record
from pulse.events.types import Notice, ReadAgain
from pulse.tables.activity import CustomerContext, Event
from pulse.tables.analysis import ChurnOpinion
from pulse.tables.card import ConversationCard
from pulse.tables.customer import (
    Customer,
    CustomerAlias,
    CustomerDispute,
    CustomerMerge,
    CustomerNote,
    CustomerScore,
    CustomerTouch,
    CustomerView,
)
from pulse.tables.imports import FormerValues, Import, ImportChunk, ImportReject, ScoreDue
from pulse.tables.snapshot import CustomerMilestone, IdentitySnapshot
from pulse.tables.webhook import WebhookDelivery

BY_CUSTOMER: tuple[Any, ...] = (IdentitySnapshot, ScoreDue)
"""Tables with a customer_id but without a foreign key to the customer."""


async def ask_erasure(scope: Scope, external_id: str) -> None:
    """The customer requests erasure: staff are notified and see it on the customer's page."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        await Customer.update({Customer.erasure_asked_at: clock.now()}).where(
            Customer.business_id == unit.business_id,
            Customer.id == customer_id,
            Customer.erasure_asked_at.is_null(),
        )
        await audit.record(unit, scope, "customer.erasure_asked", f"customer:{customer_id}")
        text = f"The customer {external_id} asks for their data to be erased."
        record(unit, Notice(text=text, customer_id=customer_id))


@retry_conflicts
async def erase(scope: Scope, external_id: str, reason: str = "") -> None:
    """Delete a customer and all personal data; for managers; cannot be undone.

    The audit entry holds the internal id and the reason, but no name and no external id.
    """
    scope.require(Permission.erase_customers)
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        await _lock_customer(unit, customer_id)
        await audit.record(
            unit, scope, "customer.erased", f"customer:{customer_id}", reason=reason[:500]
        )
        await _delete(unit, customer_id)
        record(unit, ReadAgain(kinds=("identity_update",)))


async def _lock_customer(unit: Unit, customer_id: UUID) -> None:
    """Lock the customer's row first, as every writer does, before changing other rows."""
    await (
        Customer.select(Customer.id)
        .where(Customer.business_id == unit.business_id, Customer.id == customer_id)
        .lock_rows("UPDATE")
    )


async def _delete(unit: Unit, customer_id: UUID) -> None:
    """Delete the customer's data, by the present id and by former ids."""
    present = await repository.external_id_of(unit, customer_id)
    ids = [present, *await former_ids(unit, customer_id)]
    for table in BY_CUSTOMER:
        await table.delete().where(
            table.business_id == unit.business_id, table.customer_id == customer_id
        )
    await _remove_from_chunks(unit, customer_id)
    await FormerValues.update(
        {FormerValues.customers: QueryString("array_remove(customers, {})", customer_id)}
    ).where(FormerValues.business_id == unit.business_id, FormerValues.customers.any(customer_id))
    for external_id in ids:
        await _delete_rejects(unit, external_id)
        await WebhookDelivery.delete().where(
            WebhookDelivery.business_id == unit.business_id,
            WhereRaw("payload->'data'->>'customer_id' = {}", external_id),
        )
    await Customer.delete().where(
        Customer.business_id == unit.business_id, Customer.id == customer_id
    )


async def _remove_from_chunks(unit: Unit, customer_id: UUID) -> None:
    """Remove the customer from the undo data of imports."""
    others = QueryString(
        "(SELECT coalesce(jsonb_agg(b), '[]') FROM jsonb_array_elements(before) b "
        "WHERE b->>'id' <> {}::text)",
        str(customer_id),
    )
    await ImportChunk.update(
        {
            ImportChunk.created_ids: QueryString("array_remove(created_ids, {})", customer_id),
            ImportChunk.before: others,
        }
    ).where(
        ImportChunk.business_id == unit.business_id,
        WhereRaw(
            "({}::uuid = ANY(created_ids) "
            "OR before @> jsonb_build_array(jsonb_build_object('id', {}::text)))",
            customer_id,
            str(customer_id),
        ),
    )


async def _delete_rejects(unit: Unit, external_id: str) -> None:
    """Delete rejected rows that name the customer, also in an import's first errors."""
    gone = (
        await ImportReject.delete()
        .where(ImportReject.business_id == unit.business_id, ImportReject.cells.any(external_id))
        .returning(ImportReject.import_id, ImportReject.line)
    )
    lines: dict[UUID, set[int]] = {}
    for row in gone:
        lines.setdefault(row["import_id"], set()).add(row["line"])
    for import_id, numbers in lines.items():
        one = Import.id == import_id
        found = (
            await Import.select(Import.errors)
            .where(Import.business_id == unit.business_id, one)
            .lock_rows()
            .first()
        )
        errors = [each for each in found["errors"] if each["line"] not in numbers] if found else []
        await Import.update({Import.errors: json_text(errors)}).where(
            Import.business_id == unit.business_id, one
        )


class _ExportedTable(NamedTuple):
    """What is exported of a table: its columns, and the column by which it is sorted."""

    table: Any
    columns: str
    oldest_by: str = ""


_PROFILE = "external_id name email locale first_seen_at last_event_at celebrations score_hidden"
_SCORE = "identity_strength band"
_OWN = {
    "events": _ExportedTable(Event, "kind occurred_at amount properties", "occurred_at"),
    "shared_states": _ExportedTable(
        CustomerContext, "context_type note shared_at expires_at withdrawn_at", "shared_at"
    ),
    "strength_history": _ExportedTable(
        IdentitySnapshot, "snapshot_date identity_strength band", "snapshot_date"
    ),
    "disputes": _ExportedTable(
        CustomerDispute, "metric fact note created_at answer answered_at corrected", "created_at"
    ),
    "milestones": _ExportedTable(CustomerMilestone, "key reached_on", "reached_on"),
    "former_ids": _ExportedTable(CustomerAlias, "external_id created_at", "created_at"),
}
_PROFILE_FOR_STAFF = (
    f"{_PROFILE} attributes value renewal_on segment tags pulse_rating pulse_comment"
)
_SCORE_FOR_STAFF = f"{_SCORE} coverage"
_STAFF_TOO = {
    "merges": _ExportedTable(
        CustomerMerge, "external_id name merged_by merged former created_at undone_at", "created_at"
    ),
    "notes": _ExportedTable(CustomerNote, "body created_at", "created_at"),
    "next_touch": _ExportedTable(CustomerTouch, "due_on purpose"),
    "churn_opinion": _ExportedTable(ChurnOpinion, "leaving created_at"),
    "conversation_cards": _ExportedTable(
        ConversationCard,
        "cause status ai_generated_opener edited_opener actioned_at outcome outcome_at "
        "outcome_note created_at",
        "created_at",
    ),
}


async def personal_data(scope: Scope, external_id: str) -> dict[str, Any]:
    """All stored data about one customer, for staff (csm) or for the customer; audited.

    Raises NotFound for an unknown customer, or one who is not the caller.
    """
    if not scope.is_customer:
        scope.require(Permission.export_data)
    kept = _OWN if scope.is_customer else {**_OWN, **_STAFF_TOO}
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        profile = await _profile(unit, scope, customer_id)
        found = {name: await _rows(unit, one, customer_id) for name, one in kept.items()}
        found["page_views_by_staff"] = await _views(unit, customer_id)
        await audit.record(unit, scope, "customer.exported", f"customer:{customer_id}")
    exported = {"exported_at": clock.now(), "profile": profile, **found}
    plain: dict[str, Any] = msgspec.to_builtins(exported)
    return plain


async def _profile(unit: Unit, scope: Scope, customer_id: UUID) -> dict[str, Any]:
    own = scope.is_customer
    columns = _columns(Customer, _PROFILE if own else _PROFILE_FOR_STAFF)
    person = await (
        Customer.select(*columns)
        .where(Customer.business_id == unit.business_id, Customer.id == customer_id)
        .first()
    )
    names = _SCORE if own else _SCORE_FOR_STAFF
    score = await (
        CustomerScore.select(*_columns(CustomerScore, names))
        .where(
            CustomerScore.business_id == unit.business_id, CustomerScore.customer_id == customer_id
        )
        .first()
    )
    return {**(person or {}), **(score or dict.fromkeys(names.split()))}


async def _views(unit: Unit, customer_id: UUID) -> list[dict[str, Any]]:
    """On which days how many people of staff opened the customer's page."""
    return await (
        CustomerView.select(CustomerView.viewed_on, Count().as_alias("people"))
        .where(
            CustomerView.business_id == unit.business_id, CustomerView.customer_id == customer_id
        )
        .group_by(CustomerView.viewed_on)
        .order_by(CustomerView.viewed_on)
    )


async def _rows(unit: Unit, kept: _ExportedTable, customer_id: UUID) -> list[dict[str, Any]]:
    table = kept.table
    query = table.select(*_columns(table, kept.columns)).where(
        table.business_id == unit.business_id, table.customer_id == customer_id
    )
    if kept.oldest_by:
        query = query.order_by(getattr(table, kept.oldest_by))
    rows: list[dict[str, Any]] = await query
    return rows


def _columns(table: Any, names: str) -> list[Any]:
    return [getattr(table, name) for name in names.split()]
