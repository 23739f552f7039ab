"""Celebrations of milestones: at most one at a time, with pauses, and only recent ones."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.i18n.identity_phrases import Words
from pulse.milestones.default_rules import localize
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.tables.customer import Customer
from pulse.tables.snapshot import CustomerMilestone

QUIET_BETWEEN = timedelta(days=3)  # minimum time between two celebrations
CELEBRATED_WITHIN = timedelta(days=14)  # milestones older than this are not celebrated


class Celebration(msgspec.Struct, frozen=True):
    """A celebration shown in the widget; stored in English, as staff read it."""

    key: str
    title: str
    text: str


async def pop_celebration(unit: Unit, customer_id: UUID) -> Celebration | None:
    """Return the celebration due for this customer, if any, and mark it as shown.

    None while the customer has celebrations switched off, had one within QUIET_BETWEEN, or has
    nothing new.
    """
    return (await pop_celebrations(unit, [customer_id])).get(customer_id)


async def pop_celebrations(unit: Unit, customer_ids: Sequence[UUID]) -> dict[UUID, Celebration]:
    """Return the same for several customers; only those with a celebration."""
    now = clock.now()
    oldest = (now - CELEBRATED_WITHIN).date()
    of = {"business_id": unit.business_id}
    new = await _NOT_CELEBRATED.column(unit, **of, ids=list(customer_ids), oldest=oldest)
    if not new:
        return {}
    # Of two tabs one gets it: the other finds the row locked and gets nothing.
    mine = await _LOCKED.column(unit, **of, ids=list(set(new)))
    found: dict[UUID, dict[str, Any]] = {}
    quiet: set[UUID] = set()
    for row in await _OF_SEVERAL.rows(unit, **of, ids=mine):
        if row["celebrated_at"] is None:
            if row["reached_on"] > oldest:
                found.setdefault(row["who"], row)
        elif row["celebrated_at"] > now - QUIET_BETWEEN:
            quiet.add(row["who"])
    due = {one: row for one, row in found.items() if one not in quiet}
    if due:
        await _CELEBRATE.run(unit, **of, ids=[row["id"] for row in due.values()], now=now)
    return {one: Celebration(row["key"], row["title"], row["text"]) for one, row in due.items()}


def localize_celebration(
    words: Words, celebration: Celebration, catalogue: Iterable[MetricDefinition]
) -> Celebration:
    """Translate a stored celebration."""
    title, text = localize(catalogue, words)(celebration.key, celebration.title, celebration.text)
    return Celebration(celebration.key, title, text)


_NOT_CELEBRATED = prepared(
    CustomerMilestone.select(CustomerMilestone.customer_id.as_alias("who")).where(
        CustomerMilestone.business_id == Param("business_id"),
        any_of(CustomerMilestone.customer_id, Param("ids")),
        CustomerMilestone.celebrated_at.is_null(),
        CustomerMilestone.reached_on > Param("oldest"),
    )
)
_LOCKED = prepared(
    Customer.select(Customer.id)
    .where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.id, Param("ids")),
        Customer.celebrations != "off",
    )
    .lock_rows("NO KEY UPDATE", skip_locked=True)
)
_OF_SEVERAL = prepared(
    CustomerMilestone.select(
        CustomerMilestone.customer_id.as_alias("who"),
        CustomerMilestone.id,
        CustomerMilestone.key,
        CustomerMilestone.title,
        CustomerMilestone.text,
        CustomerMilestone.reached_on,
        CustomerMilestone.celebrated_at,
    )
    .where(
        CustomerMilestone.business_id == Param("business_id"),
        any_of(CustomerMilestone.customer_id, Param("ids")),
    )
    .order_by(CustomerMilestone.reached_on, CustomerMilestone.id, ascending=False)
)
_CELEBRATE = prepared(
    CustomerMilestone.update({CustomerMilestone.celebrated_at: Param("now")}).where(
        CustomerMilestone.business_id == Param("business_id"),
        any_of(CustomerMilestone.id, Param("ids")),
    )
)
