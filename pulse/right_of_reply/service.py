"""Workflows of the right of reply: dispute a fact, answer, rescore."""

from uuid import UUID

from pulse import workflows
from pulse.auth import audit
from pulse.auth.businesses import business_by_id
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.contexts import disputes
from pulse.contexts.disputes import Dispute, OpenDispute
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.events.publisher import record
from pulse.events.types import DisputeChanged, Notice
from pulse.scoring import scorecard_store
from pulse.scoring.queries import Reader, picture


async def dispute_fact(
    scope: Scope, external_id: str, metric: str, note: str | None, locale: str | None = None
) -> Dispute:
    """Record that a customer disputes a fact, which counts as unknown until staff answer.

    Raises NotFound for a fact that the customer cannot see.
    """
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id, Reader(locale, business.locale))
        known = next(
            (one for one in await disputes.of_customer(unit, seen.id) if one.metric == metric), None
        )
        facts = (
            (known.fact, known.told)
            if known is not None and known.is_open
            else disputes.fact_of(seen, await scorecard_store.catalogue(unit), metric)
        )
        made = await disputes.open_dispute(unit, seen.id, metric, facts, note)
        disputed = DisputeChanged(
            customer_id=seen.id,
            external_id=external_id,
            dispute_id=made.id,
            is_open=True,
            metric=metric,
        )
        text = f"The customer {external_id} says that a fact is not right."
        record(unit, disputed, Notice(text=text, customer_id=seen.id))
    await workflows.recalculate(scope, [seen.id])
    return made


async def answer_dispute(scope: Scope, dispute_id: UUID, text: str, *, corrected: bool) -> None:
    """Record the answer of staff, shown in the widget; the fact counts again."""
    scope.require(Permission.edit_customers)
    async with tenant(scope) as unit:
        staff = scope.actor.id if scope.actor.kind == "staff" else None
        customer_id = await disputes.answer_dispute(
            unit, dispute_id, text, corrected=corrected, staff_id=staff
        )
        external_id = await repository.external_id_of(unit, customer_id)
        after = {"corrected": corrected}
        subject = f"customer:{customer_id}"
        await audit.record(unit, scope, "customer.dispute_answered", subject, after=after)
        answered = DisputeChanged(
            customer_id=customer_id, external_id=external_id, dispute_id=dispute_id, is_open=False
        )
        record(unit, answered)
    await workflows.recalculate(scope, [customer_id])


async def disputes_of(scope: Scope, external_id: str) -> list[Dispute]:
    """Return what this customer disputed, newest first, for staff."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        return await disputes.of_customer(unit, customer_id)


async def open_disputes(scope: Scope, owner: str = "", limit: int = 10) -> list[OpenDispute]:
    """Return facts that wait for an answer, the oldest first; owner: as in the customer filter."""
    async with tenant(scope) as unit:
        return await disputes.open_disputes(unit, owner, limit)
