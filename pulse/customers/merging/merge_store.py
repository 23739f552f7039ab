"""The stored record of a merge, and rows that are combined or closed instead of moved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from piccolo.querystring import QueryString

from pulse.db.engine import json_text
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit
from pulse.i18n.sentences import marked
from pulse.tables.card import ConversationCard
from pulse.tables.customer import Customer, CustomerMerge, CustomerTraitTimes

CLOSED_BECAUSE = marked("Joined with the open card of the other customer.")
_RECORD = (
    CustomerMerge.id,
    CustomerMerge.created_at,
    CustomerMerge.external_id,
    CustomerMerge.name,
    CustomerMerge.merged_by,
    CustomerMerge.undone_at,
)


async def lock(unit: Unit, customers: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The rows of these customers as JSON values, locked in a fixed order."""
    rows = (
        await Customer.select(Customer.id, QueryString("to_jsonb(customers)", alias="row"))
        .where(Customer.business_id == unit.business_id, any_of(Customer.id, list(customers)))
        .order_by(Customer.id)
        .lock_rows()
    )
    return {row["id"]: row["row"] for row in rows}


async def join_times(unit: Unit, goes: UUID, stays: UUID) -> dict[str, float]:
    """Combine the trait times of both customers; returns those the removed customer had."""
    found = (
        await CustomerTraitTimes.select(CustomerTraitTimes.times)
        .where(
            CustomerTraitTimes.business_id == unit.business_id,
            CustomerTraitTimes.customer_id == goes,
        )
        .first()
    )
    times: dict[str, float] = found["times"] if found else {}
    await _insert_times(unit, stays, times).on_conflict(
        target=(CustomerTraitTimes.business_id, CustomerTraitTimes.customer_id),
        action="DO UPDATE",
        values=[
            (
                CustomerTraitTimes.times,
                QueryString("excluded.times || customer_trait_times.times"),
            )
        ],
    )
    return times


def _insert_times(unit: Unit, customer: UUID, times: dict[str, float]) -> Any:
    return CustomerTraitTimes.insert(
        CustomerTraitTimes(
            business_id=unit.business_id, customer_id=customer, times=json_text(times)
        )
    )


async def insert_times(unit: Unit, customer: UUID, times: dict[str, float]) -> None:
    """Write the trait times of a customer where none are stored."""
    await _insert_times(unit, customer, times)


async def remove(unit: Unit, customer: UUID) -> None:
    """Delete the customer whose rows have been moved."""
    await Customer.delete().where(Customer.business_id == unit.business_id, Customer.id == customer)


async def close_cards(unit: Unit, goes: UUID, stays: UUID) -> list[dict[str, Any]]:
    """Close the open cards of one customer if the other has one: a customer has at most one open.

    Returns the id and the former status of each.
    """
    if not await ConversationCard.exists().where(
        ConversationCard.business_id == unit.business_id,
        ConversationCard.customer_id == stays,
        _IS_OPEN,
    ):
        return []
    rows = (
        await ConversationCard.select(ConversationCard.id, ConversationCard.status)
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.customer_id == goes,
            _IS_OPEN,
        )
        .lock_rows()
    )
    for row in rows:
        await _set_card(unit, row["id"], "dismissed", CLOSED_BECAUSE)
    return [{"id": str(row["id"]), "status": row["status"]} for row in rows]


async def reopen_cards(unit: Unit, cards: list[dict[str, Any]]) -> None:
    """Reopen the cards that `close_cards` closed, unless they were changed since."""
    for card in cards:
        still = await ConversationCard.exists().where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.id == UUID(card["id"]),
            ConversationCard.status == "dismissed",
            ConversationCard.dismissed_reason == CLOSED_BECAUSE,
        )
        if still:
            await _set_card(unit, UUID(card["id"]), card["status"], "")


async def _set_card(unit: Unit, card_id: UUID, status: str, reason: str) -> None:
    await ConversationCard.update(
        {
            ConversationCard.status: status,
            ConversationCard.dismissed_reason: reason,
            ConversationCard.revision: ConversationCard.revision + 1,
        }
    ).where(ConversationCard.business_id == unit.business_id, ConversationCard.id == card_id)


async def insert_record(
    unit: Unit,
    customer: UUID,
    *,
    external_id: str,
    name: str,
    merged_by: str,
    merged: dict[str, Any],
    former: dict[str, Any],
    moved: dict[str, Any],
) -> dict[str, Any]:
    """Store the record of a merge."""
    made = CustomerMerge(
        business_id=unit.business_id,
        customer_id=customer,
        external_id=external_id,
        name=name,
        merged_by=merged_by,
        merged=json_text(merged),
        former=json_text(former),
        moved=json_text(moved),
    )
    rows: list[dict[str, Any]] = await CustomerMerge.insert(made).returning(*_RECORD)
    return rows[0]


async def records(unit: Unit, customer: UUID) -> list[dict[str, Any]]:
    """The merges into a customer, newest first."""
    rows: list[dict[str, Any]] = (
        await CustomerMerge.select(*_RECORD)
        .where(CustomerMerge.business_id == unit.business_id, CustomerMerge.customer_id == customer)
        .order_by(CustomerMerge.created_at, ascending=False)
    )
    return rows


async def lock_record(unit: Unit, customer: UUID, merge_id: UUID) -> dict[str, Any] | None:
    """A merge with all data needed to undo it; locks its row."""
    row: dict[str, Any] | None = (
        await CustomerMerge.select(
            *_RECORD, CustomerMerge.merged, CustomerMerge.former, CustomerMerge.moved
        )
        .where(
            CustomerMerge.business_id == unit.business_id,
            CustomerMerge.customer_id == customer,
            CustomerMerge.id == merge_id,
        )
        .lock_rows()
        .first()
    )
    return row


async def mark_undone(unit: Unit, merge_id: UUID, at: datetime) -> None:
    """Mark the merge as undone and delete its undo data."""
    await CustomerMerge.update(
        {
            CustomerMerge.undone_at: at,
            CustomerMerge.merged: "{}",
            CustomerMerge.former: "{}",
            CustomerMerge.moved: "{}",
        }
    ).where(CustomerMerge.business_id == unit.business_id, CustomerMerge.id == merge_id)


_IS_OPEN = ConversationCard.status.is_in(["pending", "snoozed"])
