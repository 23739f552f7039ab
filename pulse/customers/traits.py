"""What an identify call says about customers, merged into what is known.

Traits with a column of their own (name, email, …) go there, all others become attributes. A null
takes an attribute away. Calls may arrive out of order: an older one fills gaps only.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.customers.validators import aware, in_calendar, is_countable
from pulse.db.transaction import Unit

COLUMNS = ("name", "email", "locale", "segment", "value", "renewal_on", "first_seen_at")
_KEPT_TOO = ("value",)  # a column of its own, and a metric may be made of it
_NAMES = {
    "created_at": "first_seen_at",
    "createdAt": "first_seen_at",
    "renewalOn": "renewal_on",
    "language": "locale",
}

_WRITE = """
INSERT INTO customers AS c (business_id, external_id, name, email, locale, segment, value,
                            renewal_on, first_seen_at, attributes, identified_at)
SELECT $1, k.external_id, coalesce(k.name, ''), coalesce(k.email, ''), coalesce(k.locale, ''),
       coalesce(k.segment, ''), k.value, k.renewal_on, coalesce(k.first_seen_at, k.identified_at),
       jsonb_strip_nulls(k.attributes), k.identified_at
FROM jsonb_to_recordset($2::jsonb) AS k(external_id text, name text, email text, locale text,
  segment text, value float8, renewal_on date, first_seen_at timestamptz, attributes jsonb,
  identified_at timestamptz)
ORDER BY k.external_id
ON CONFLICT (business_id, external_id) DO UPDATE SET
  name = CASE WHEN {newer} THEN coalesce(nullif(excluded.name, ''), c.name)
              ELSE coalesce(nullif(c.name, ''), excluded.name) END,
  email = CASE WHEN {newer} THEN coalesce(nullif(excluded.email, ''), c.email)
               ELSE coalesce(nullif(c.email, ''), excluded.email) END,
  locale = CASE WHEN {newer} THEN coalesce(nullif(excluded.locale, ''), c.locale)
                ELSE coalesce(nullif(c.locale, ''), excluded.locale) END,
  segment = CASE WHEN {newer} THEN coalesce(nullif(excluded.segment, ''), c.segment)
                 ELSE coalesce(nullif(c.segment, ''), excluded.segment) END,
  value = CASE WHEN {newer} THEN coalesce(excluded.value, c.value)
               ELSE coalesce(c.value, excluded.value) END,
  renewal_on = CASE WHEN {newer} THEN coalesce(excluded.renewal_on, c.renewal_on)
                    ELSE coalesce(c.renewal_on, excluded.renewal_on) END,
  first_seen_at = least(c.first_seen_at, excluded.first_seen_at),
  identified_at = greatest(c.identified_at, excluded.identified_at),
  updated_at = now()
RETURNING id, external_id
""".replace("{newer}", "excluded.identified_at >= coalesce(c.identified_at, '-infinity')")

_ATTRIBUTES = """
UPDATE customers c
SET attributes = CASE
  WHEN k.identified_at >= coalesce(c.identified_at, '-infinity')
  THEN jsonb_strip_nulls(c.attributes || k.attributes)
  ELSE jsonb_strip_nulls(k.attributes) || c.attributes END
FROM jsonb_to_recordset($2::jsonb) AS k(external_id text, attributes jsonb,
  identified_at timestamptz)
WHERE c.business_id = $1 AND c.external_id = k.external_id
"""


class Known(msgspec.Struct, frozen=True):
    """What one identify call says about a customer, as of a moment."""

    external_id: str
    traits: dict[str, Any]
    at: datetime


async def write_traits(unit: Unit, calls: Sequence[Known]) -> list[UUID]:
    """Merge these calls into the customers (made where missing); returns whom they concern."""
    if not calls:
        return []
    rows = [_row(call) for call in _merged(calls)]
    await unit.execute(_ATTRIBUTES, unit.business_id, rows)
    found = await unit.fetch(_WRITE, unit.business_id, rows)
    return [row["id"] for row in found]


def _merged(calls: Sequence[Known]) -> list[Known]:
    """One call a customer: the traits in the order of their times."""
    by_customer: dict[str, Known] = {}
    for call in sorted(calls, key=lambda call: call.at):
        before = by_customer.get(call.external_id)
        traits = {**before.traits, **call.traits} if before else call.traits
        by_customer[call.external_id] = Known(call.external_id, traits, call.at)
    return list(by_customer.values())


def _row(call: Known) -> dict[str, Any]:
    traits = {_NAMES.get(name, name): value for name, value in call.traits.items()}
    columns = {name: _readable(name, traits.get(name)) for name in COLUMNS}
    traits = {n: v for n, v in traits.items() if n not in COLUMNS or n in _KEPT_TOO}
    return {
        "external_id": call.external_id,
        **columns,
        "attributes": traits,
        "identified_at": call.at.isoformat(),
    }


def _readable(name: str, value: Any) -> Any:
    """The value if its column can hold it, else None: a bad date must not lose the other traits."""
    if value is None:
        return None
    if name == "value":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number and is_countable(value) else None
    if name == "renewal_on":
        return _date(value)
    if name == "first_seen_at":
        return _moment(value)
    return str(value)[:500]


def _date(value: Any) -> str | None:
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    return day.isoformat() if in_calendar(day.year) else None


def _moment(value: Any) -> str | None:
    """When the customer was first seen; nobody was seen in the future."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return min(aware(at), clock.now()).isoformat() if in_calendar(at.year) else None
