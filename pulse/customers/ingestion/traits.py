"""Merge the traits of identify calls into customers.

Calls may arrive out of order. `customer_trait_times` stores when each trait was said, so that a
late value never overrides a newer one, not even a newer null. A value without such a time (from an
import or from staff) counts as being as old as the newest identify call.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse.customers import arrivals_sql
from pulse.customers.ingestion.segment_traits import COLUMNS, FIRST_NAMES, LAST_NAMES
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.tables.customer import Customer, CustomerTraitTimes

_TEXTS = ("name", "email", "locale", "segment")
_GROUPED = ("address", "company")
"""Traits that may be objects: a null for one deletes all of its parts."""


class Known(msgspec.Struct, frozen=True):
    """The traits of one identify call for a customer, with its time; the traits are flat."""

    external_id: str
    traits: dict[str, Any]
    at: datetime


async def write_traits(unit: Unit, calls: Sequence[Known]) -> list[UUID]:
    """Merge these calls into existing customers; returns the customers concerned."""
    if not calls:
        return []
    records = await _known(unit, {call.external_id for call in calls})
    for call in sorted(calls, key=lambda call: call.at):
        if call.external_id in records:
            merge_call(records[call.external_id], call)
    await arrivals_sql.write_traits(unit, [_plain(record) for record in records.values()])
    return [record["id"] for record in records.values()]


async def _known(unit: Unit, external_ids: set[str]) -> dict[str, dict[str, Any]]:
    """The customers' records by external id, locked, with the times of their traits."""
    rows = await _CUSTOMERS.rows(
        unit, business_id=unit.business_id, external_ids=list(external_ids)
    )
    said = await _TIMES.rows(
        unit, business_id=unit.business_id, customers=[row["id"] for row in rows]
    )
    times = {row["customer_id"]: row["times"] for row in said}
    return {row["external_id"]: {**row, "times": times.get(row["id"], {})} for row in rows}


def merge_call(record: dict[str, Any], call: Known) -> None:
    """Apply to the record those traits of the call that have no newer value."""
    at = call.at.timestamp()
    said = {name: value for name, value in call.traits.items() if at >= _said_at(record, name)}
    for name, value in said.items():
        record["times"][name] = at
        _set(record, name, value, at)
    if not call.traits.get("name") and {*FIRST_NAMES, *LAST_NAMES} & said.keys():
        _compose_name(record, at)
    seen = min(call.traits.get("first_seen_at") or call.at, call.at)
    record["first_seen_at"] = min(seen, record["first_seen_at"] or seen)
    record["identified_at"] = max(call.at, record["identified_at"] or call.at)


def _said_at(record: dict[str, Any], name: str) -> float:
    """When the known value of this trait was said; the minimum time if it is unknown."""
    known: float | None = record["times"].get(name)
    if known is not None:
        return known
    value = record[name] if name in COLUMNS else record["attributes"].get(name)
    identified: datetime | None = record["identified_at"]
    if value in (None, "") or identified is None:
        return float("-inf")
    return identified.timestamp()


def _set(record: dict[str, Any], name: str, value: Any, at: float) -> None:
    if name == "first_seen_at":
        return  # the earliest date counts, not the newest
    if name in COLUMNS:
        record[name] = "" if value is None and name in _TEXTS else value
        if name != "value":
            return
    attributes = record["attributes"]
    if value is not None:
        attributes[name] = value
        return
    attributes.pop(name, None)
    if name in _GROUPED:
        for part in [key for key in attributes if key.startswith(f"{name}_")]:
            if at >= _said_at(record, part):
                record["times"][part] = at
                del attributes[part]


def _compose_name(record: dict[str, Any], at: float) -> None:
    """The full name from first and last name; a full name given later stays."""
    if at < record["times"].get("name", float("-inf")):
        return
    attributes = record["attributes"]
    parts = [
        next((str(attributes[n]).strip() for n in names if attributes.get(n)), "")
        for names in (FIRST_NAMES, LAST_NAMES)
    ]
    record["name"] = " ".join(filter(None, parts))[:500]
    record["times"]["name"] = at


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """The record as JSON values."""
    dates = ("first_seen_at", "identified_at")
    return {
        **record,
        "renewal_on": record["renewal_on"] and str(record["renewal_on"]),
        **{name: record[name].astimezone(UTC).isoformat() for name in dates},
    }


_CUSTOMERS = prepared(
    Customer.select(
        Customer.id,
        Customer.external_id,
        Customer.name,
        Customer.email,
        Customer.locale,
        Customer.segment,
        Customer.value,
        Customer.renewal_on,
        Customer.first_seen_at,
        Customer.attributes,
        Customer.identified_at,
    )
    .where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.external_id, Param("external_ids")),
    )
    .order_by(Customer.id)
    .lock_rows("NO KEY UPDATE")
)
_TIMES = prepared(
    CustomerTraitTimes.select(CustomerTraitTimes.customer_id, CustomerTraitTimes.times).where(
        CustomerTraitTimes.business_id == Param("business_id"),
        any_of(CustomerTraitTimes.customer_id, Param("customers")),
    )
)
