"""The follow-up of a call for help that had no answer: tomorrow, while the declared state is valid.

It is planned in the step that records "no answer", so that the customer does not leave Today and
the queue at once, and removed when this step is undone.
"""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.drafting.facts import CALLS_FOR_HELP
from pulse.customers import follow_ups
from pulse.db.transaction import Unit, tenant
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged
from pulse.i18n.identity_phrases import LANGUAGES
from pulse.i18n.sentences import marked, said_in
from pulse.tables.activity import CustomerContext
from pulse.tables.card import ConversationCard
from pulse.tables.customer import CustomerTouch

NO_ANSWER = "ignored"
PURPOSE = marked("No answer to their call for help: try another channel")


async def plan(unit: Unit, scope: Scope, card: Any, outcome: str | None, language: str) -> None:
    """Plan the follow-up for tomorrow if this outcome leaves a call for help unanswered.

    card: its row. An earlier follow-up stays as it is; a later one is told in the purpose.
    """
    customer, tomorrow = card["customer_id"], clock.today() + timedelta(days=1)
    if outcome != NO_ANSWER or not await _still_calls(unit, customer):
        return
    planned = await _planned(unit, customer)
    if planned and planned["due_on"] <= tomorrow:
        return
    purpose = said_in(language, PURPOSE)
    if planned:
        purpose = f"{purpose}{_LATER}{planned['due_on']:%Y-%m-%d} {planned['purpose']}".strip()
    await follow_ups.put(unit, scope, customer, tomorrow, purpose[: follow_ups.LONGEST_PURPOSE])


_LATER = " · "
"""Separates the purpose from the day and purpose of a later follow-up that it replaces."""


async def remove(unit: Unit, scope: Scope, card: Any) -> None:
    """Remove the follow-up that was planned when this card's outcome was recorded.

    A later one that it replaced is planned again. One that somebody has changed since stays.
    """
    customer = card["customer_id"]
    planned = await _planned(unit, customer) if card["outcome"] == NO_ANSWER else None
    if planned is None or planned["created_at"] < card["outcome_at"]:
        return
    purpose, _, later = planned["purpose"].partition(_LATER)
    if purpose not in {said_in(language, PURPOSE) for language in LANGUAGES}:
        return
    if later:
        day, _, told = later.partition(" ")
        with suppress(ValueError):  # somebody's own words instead of a day
            await follow_ups.put(unit, scope, customer, date.fromisoformat(day), told)
        return
    await CustomerTouch.delete().where(
        CustomerTouch.business_id == unit.business_id, CustomerTouch.customer_id == customer
    )
    record(unit, CustomersChanged(customers=[customer]))


async def follow_up_day(unit: Unit, customer: UUID) -> date | None:
    """Return the day of the follow-up if a valid call for help had no answer; else None."""
    if not await _still_calls(unit, customer):
        return None
    last = (
        await ConversationCard.select(ConversationCard.outcome)
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.customer_id == customer,
        )
        .order_by(ConversationCard.created_at, ascending=False)
        .first()
    )
    planned = await _planned(unit, customer)
    return planned["due_on"] if planned and last and last["outcome"] == NO_ANSWER else None


async def planned_day(scope: Scope, customer: UUID) -> date | None:
    """Return `follow_up_day` for a page."""
    async with tenant(scope) as unit:
        return await follow_up_day(unit, customer)


async def _still_calls(unit: Unit, customer: UUID) -> bool:
    now = clock.now()
    found: bool = await CustomerContext.exists().where(
        CustomerContext.business_id == unit.business_id,
        CustomerContext.customer_id == customer,
        CustomerContext.context_type.is_in([*CALLS_FOR_HELP]),
        CustomerContext.withdrawn_at.is_null(),
        CustomerContext.shared_at <= now,
        CustomerContext.expires_at > now,
    )
    return found


async def _planned(unit: Unit, customer: UUID) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        await CustomerTouch.select(
            CustomerTouch.due_on, CustomerTouch.purpose, CustomerTouch.created_at
        )
        .where(CustomerTouch.business_id == unit.business_id, CustomerTouch.customer_id == customer)
        .first()
    )
    return found
