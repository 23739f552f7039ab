"""Celebrating milestones with restraint: at most one, not too close together, no old news."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.i18n.identity_phrases import Words
from pulse.milestones.default_rules import localize
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.tables.customer import Customer
from pulse.tables.snapshot import CustomerMilestone

QUIET_BETWEEN = timedelta(days=3)  # celebrations closer together than this become noise
CELEBRATED_WITHIN = timedelta(days=14)  # who comes back later than this is not cheered for old news


class Celebration(msgspec.Struct, frozen=True):
    """What the widget cheers about: kept in English, as staff read it."""

    key: str
    title: str
    text: str


async def pop_celebration(unit: Unit, customer_id: UUID) -> Celebration | None:
    """The celebration this customer is due now, if any; it is then spent.

    None while the customer has celebrations off, had one within QUIET_BETWEEN, or has nothing new.
    """
    now = clock.now()
    oldest = (now - CELEBRATED_WITHIN).date()
    ids = {"business_id": unit.business_id, "customer_id": customer_id}
    if await _NOT_CELEBRATED.row(unit, **ids, oldest=oldest) is None:
        return None
    person = (
        await Customer.select(Customer.celebrations)
        .where(Customer.business_id == unit.business_id, Customer.id == customer_id)
        .lock_rows("NO KEY UPDATE", skip_locked=True)  # one of two tabs gets it
        .first()
    )
    if person is None or person["celebrations"] == "off":
        return None
    rows = (
        await CustomerMilestone.select()
        .where(
            CustomerMilestone.business_id == unit.business_id,
            CustomerMilestone.customer_id == customer_id,
        )
        .order_by(CustomerMilestone.reached_on, CustomerMilestone.id, ascending=False)
    )
    if any(row["celebrated_at"] and row["celebrated_at"] > now - QUIET_BETWEEN for row in rows):
        return None
    due = [row for row in rows if row["celebrated_at"] is None and row["reached_on"] > oldest]
    if not due:
        return None
    await CustomerMilestone.update({CustomerMilestone.celebrated_at: now}).where(
        CustomerMilestone.business_id == unit.business_id, CustomerMilestone.id == due[0]["id"]
    )
    return Celebration(due[0]["key"], due[0]["title"], due[0]["text"])


def localize_celebration(
    words: Words, celebration: Celebration, catalogue: Iterable[MetricDefinition]
) -> Celebration:
    """A celebration as it was kept, said in other words."""
    title, text = localize(catalogue, words)(celebration.key, celebration.title, celebration.text)
    return Celebration(celebration.key, title, text)


_NOT_CELEBRATED = prepared(
    CustomerMilestone.select(CustomerMilestone.id)
    .where(
        CustomerMilestone.business_id == Param("business_id"),
        CustomerMilestone.customer_id == Param("customer_id"),
        CustomerMilestone.celebrated_at.is_null(),
        CustomerMilestone.reached_on > Param("oldest"),
    )
    .limit(1)
)
