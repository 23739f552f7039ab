"""Look up a business by public or internal id; cached for a few seconds."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from pulse.auth.ttl_cache import Expiring
from pulse.db.prepared import Param, Prepared, prepared
from pulse.db.transaction import system
from pulse.errors import NotFound
from pulse.tables.business import Business as BusinessTable

REMEMBERED_SECONDS = 15.0  # how long another process may still use an old origin allow-list


class Business(msgspec.Struct, frozen=True):
    """What sign-in, the API and the widget need to know of a business; `slug` is its public id.

    allowed_origins: exact origins (`https://shop.example`) of pages that may show the widget.
    origin_required: refuse callers that send no Origin; off by default, for WebViews and servers.
    """

    id: UUID
    slug: str
    name: str
    currency: str
    locale: str
    time_zone: str
    is_demo: bool
    allowed_origins: frozenset[str]
    origin_required: bool = False
    settings: Mapping[str, Any] = {}
    """All settings by section; each part reads its section with its own `read`."""

    @property
    def business_id(self) -> UUID:
        """Its internal id, so that `tenant(business)` works."""
        return self.id


async def business_by_slug(slug: str) -> Business:
    """The business with this public id; raises NotFound."""
    return _by_slug.get(slug) or await _find(_WITH_SLUG, slug)


async def business_by_id(business_id: UUID) -> Business:
    """The business with this id; raises NotFound."""
    return _by_id.get(business_id) or await _find(_WITH_ID, business_id)


async def every_allowed_origin() -> frozenset[str]:
    """The allowed origins of all businesses; a CORS preflight is checked against these.

    A preflight does not name a business.
    """
    known = _origins.get("all")
    if known is None:
        async with system():
            found = await BusinessTable.select(BusinessTable.allowed_origins)
        every = frozenset(origin for row in found for origin in row["allowed_origins"])
        known = _origins.put("all", every)
    return known


def forget_businesses() -> None:
    """Clear the cache; call it after a business was changed."""
    _by_slug.clear()
    _by_id.clear()
    _origins.clear()
    for forget in on_change:
        forget()


async def _find(query: Prepared, value: object) -> Business:
    async with system() as unit:
        row = await query.row(unit, value=value)
    if row is None:
        raise NotFound("There is no such business.")
    found = _business(row)
    _by_slug.put(found.slug, found)
    return _by_id.put(found.id, found)


def _business(row: Any) -> Business:
    return Business(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        currency=row["currency"],
        locale=row["locale"],
        time_zone=row["time_zone"],
        is_demo=row["is_demo"],
        allowed_origins=frozenset(row["allowed_origins"] or ()),
        origin_required=bool((row["settings"] or {}).get("origin_required", False)),
        settings=row["settings"] or {},
    )


_COLUMNS = (
    BusinessTable.id,
    BusinessTable.slug,
    BusinessTable.name,
    BusinessTable.currency,
    BusinessTable.locale,
    BusinessTable.time_zone,
    BusinessTable.is_demo,
    BusinessTable.settings,
    BusinessTable.allowed_origins,
)
_WITH_SLUG = prepared(BusinessTable.select(*_COLUMNS).where(BusinessTable.slug == Param("value")))
_WITH_ID = prepared(BusinessTable.select(*_COLUMNS).where(BusinessTable.id == Param("value")))

_by_slug: Expiring[str, Business] = Expiring(REMEMBERED_SECONDS)
_by_id: Expiring[UUID, Business] = Expiring(REMEMBERED_SECONDS)
_origins: Expiring[str, frozenset[str]] = Expiring(REMEMBERED_SECONDS)
on_change: list[Callable[[], None]] = []  # clears the other caches that depend on a business
