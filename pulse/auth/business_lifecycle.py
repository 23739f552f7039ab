"""A new business: its row, its first secret for customer tokens, and taking one away again."""

import re
from collections.abc import Sequence
from zoneinfo import available_timezones

from pulse.auth.businesses import Business, business_by_slug, forget_businesses
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import NewSecret, forget_keys, rotate_secret
from pulse.db.transaction import system
from pulse.errors import Conflict, Invalid

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
    """Make a business and its first secret, which is readable here and now only.

    Raises Invalid for a bad public id, currency or time zone, and Conflict when the public id is
    taken. For operators: it asks for no scope, so no web page may call it.
    """
    _check(slug, name, currency, time_zone)
    async with system() as unit:
        made = await unit.fetchval(
            "INSERT INTO businesses (slug, name, currency, locale, time_zone, is_demo, "
            "allowed_origins) VALUES ($1, $2, $3, $4, $5, $6, $7) "
            "ON CONFLICT (slug) DO NOTHING RETURNING id",
            slug,
            name.strip(),
            currency,
            locale,
            time_zone,
            is_demo,
            list(allowed_origins),
        )
    if made is None:
        raise Conflict(f"There is a business “{slug}” already.", code="BUSINESS_EXISTS")
    secret = await rotate_secret(Scope.for_pulse(made))
    return await business_by_slug(slug), secret


async def delete_business(business: Business) -> None:
    """Delete a business and everything it ever had; there is no way back."""
    async with system() as unit:
        await unit.execute("DELETE FROM businesses WHERE id = $1", business.id)
    forget_businesses()
    forget_keys()


def _check(slug: str, name: str, currency: str, time_zone: str) -> None:
    if not SLUG.fullmatch(slug):
        raise Invalid("A public id has 1 to 63 small letters, digits and hyphens.", field="slug")
    if not 0 < len(name.strip()) <= 120:
        raise Invalid("A business has a name of 1 to 120 characters.", field="name")
    if not CURRENCY.fullmatch(currency):
        raise Invalid("A currency has three capital letters, such as EUR.", field="currency")
    if time_zone not in available_timezones():
        raise Invalid(f"“{time_zone}” is no time zone: try Europe/London.", field="time_zone")
