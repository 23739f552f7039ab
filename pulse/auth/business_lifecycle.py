"""Create a business with its first signing secret, and delete a business."""

import re
from collections.abc import Sequence
from zoneinfo import available_timezones

from pulse.auth.businesses import Business, business_by_slug, forget_businesses
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import checked_origin
from pulse.auth.signing_keys import NewSecret, forget_keys, rotate_secret
from pulse.db.transaction import system
from pulse.errors import Conflict, Invalid
from pulse.tables.business import Business as BusinessTable

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
CURRENCY = re.compile(r"[A-Z]{3}")


async def create_business(
    slug: str,
    name: str,
    *,
    currency: str = "EUR",
    locale: str = "en",
    time_zone: str = "UTC",
    is_demo: bool = False,
    allowed_origins: Sequence[str] = (),
) -> tuple[Business, NewSecret]:
    """Create a business and its first secret; the secret cannot be read again later.

    For operators: it needs no scope, so no web page may call it. Raises Invalid for an unusable
    public id, currency or time zone, and Conflict when the public id is taken.
    """
    _check_input(slug, name, currency, time_zone)
    row = BusinessTable(
        slug=slug,
        name=name.strip(),
        currency=currency,
        locale=locale,
        time_zone=time_zone,
        is_demo=is_demo,
        allowed_origins=[checked_origin(one) for one in allowed_origins],
    )
    async with system():
        made = (
            await BusinessTable.insert(row)
            .on_conflict(target=BusinessTable.slug, action="DO NOTHING")
            .returning(BusinessTable.id)
        )
    if not made:
        raise Conflict(f"There is a business “{slug}” already.", code="BUSINESS_EXISTS")
    secret = await rotate_secret(Scope.for_pulse(made[0]["id"]))
    return await business_by_slug(slug), secret


async def delete_business(business: Business) -> None:
    """Delete a business and all its data. This cannot be undone."""
    async with system():
        await BusinessTable.delete().where(BusinessTable.id == business.id)
    forget_businesses()
    forget_keys()


def _check_input(slug: str, name: str, currency: str, time_zone: str) -> None:
    if not SLUG.fullmatch(slug):
        raise Invalid("A public id has 1 to 63 small letters, digits and hyphens.", field="slug")
    if not 0 < len(name.strip()) <= 120:
        raise Invalid("A business has a name of 1 to 120 characters.", field="name")
    if not CURRENCY.fullmatch(currency):
        raise Invalid("A currency has three capital letters, such as EUR.", field="currency")
    if time_zone not in available_timezones():
        raise Invalid(f"“{time_zone}” is not a time zone: try Europe/London.", field="time_zone")
