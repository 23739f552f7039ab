"""What a business says about a customer: traits kept as attributes, a few of them as fields.

Said again, a trait replaces what was known; what is not said stays as it is.
"""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.database.tenancy import Unit
from pulse.errors import Invalid

FIELDS = ("name", "email", "locale", "segment")
MOST_TRAITS = 200
LONGEST_TEXT = 1000  # characters of one trait


class Identified(msgspec.Struct, frozen=True):
    """A customer by the business's own id, and what is known about them."""

    external_id: str
    traits: dict[str, Any]


def check(traits: dict[str, Any]) -> dict[str, Any]:
    """The traits without what cannot be kept; raises Invalid for nested or oversized ones."""
    if len(traits) > MOST_TRAITS:
        raise Invalid(f"A customer has at most {MOST_TRAITS} traits.", field="traits")
    for name, value in traits.items():
        if isinstance(value, dict | list):
            raise Invalid(f"The trait “{name[:80]}” is nested: send single values.", field="traits")
        if len(name) > 100 or (isinstance(value, str) and len(value) > LONGEST_TEXT):
            raise Invalid(f"The trait “{name[:80]}” is too long.", field="traits")
    return {name: value for name, value in traits.items() if "\x00" not in f"{name}{value}"}


async def keep(unit: Unit, people: Sequence[Identified]) -> list[UUID]:
    """Keep what was said, later over earlier, unknown customers made; whom it concerns."""
    merged: dict[str, dict[str, Any]] = {}
    for person in people:
        merged.setdefault(person.external_id, {}).update(check(person.traits))
    rows = [_row(external_id, traits) for external_id, traits in sorted(merged.items())]
    kept = await unit.fetch(
        _KEEP,
        unit.business_id,
        [row["external_id"] for row in rows],
        *([row[field] for row in rows] for field in FIELDS),
        [row["value"] for row in rows],
        [msgspec.json.encode(row["attributes"]).decode() for row in rows],
        clock.now(),
    )
    return [row["id"] for row in kept]


def _row(external_id: str, traits: dict[str, Any]) -> dict[str, Any]:
    attributes = dict(traits)
    fields = {field: _text(attributes.pop(field, None)) for field in FIELDS}
    return {
        **fields,
        "external_id": external_id,
        "value": _number(attributes.get("value")),
        "attributes": attributes,
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if fits else None


_KEEP = """
INSERT INTO customers AS c
  (business_id, external_id, name, email, locale, segment, value, attributes, first_seen_at)
SELECT $1, said.external_id, coalesce(said.name, ''), coalesce(said.email, ''),
  coalesce(said.locale, ''), coalesce(said.segment, ''), said.value, said.attributes, $9
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::jsonb[])
  AS said(external_id, name, email, locale, segment, value, attributes)
ON CONFLICT (business_id, external_id) DO UPDATE SET
  name = CASE WHEN excluded.name = '' THEN c.name ELSE excluded.name END,
  email = CASE WHEN excluded.email = '' THEN c.email ELSE excluded.email END,
  locale = CASE WHEN excluded.locale = '' THEN c.locale ELSE excluded.locale END,
  segment = CASE WHEN excluded.segment = '' THEN c.segment ELSE excluded.segment END,
  value = coalesce(excluded.value, c.value),
  attributes = c.attributes || excluded.attributes,
  updated_at = now()
RETURNING id"""
