"""The settings of a business: profile, rules, allowed origins of the widget."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from piccolo.columns import Column

from pulse.auth import audit
from pulse.auth.businesses import forget_businesses
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.tables.business import Business

MOST_ORIGINS = 50


async def settings_of(scope: Scope) -> dict[str, Any]:
    """All settings of the business, by section."""
    async with tenant(scope) as unit:
        return await _settings(unit)


async def set_section(
    scope: Scope,
    section: str,
    values: dict[str, Any],
    permission: Permission = Permission.edit_rules,
) -> None:
    """Replace one section of the settings (needs `permission`); audited with the differences."""
    async with tenant(scope) as unit:
        scope.require(permission)
        old = await read_section(unit, section)
        await write_section(unit, section, values)
        changed = {key for key in {*old, *values} if old.get(key) != values.get(key)}
        await audit.record(
            unit,
            scope,
            f"settings.{section}",
            ", ".join(sorted(changed)),
            before={key: old.get(key) for key in changed},
            after={key: values.get(key) for key in changed},
        )
    forget_businesses()


async def read_section(unit: Unit, section: str) -> dict[str, Any]:
    """One section of the settings, inside a unit of work; empty if never set."""
    return dict((await _settings(unit)).get(section) or {})


async def write_section(unit: Unit, section: str, values: dict[str, Any]) -> None:
    """Replace one section without permission check and audit, for what Pulse itself learns."""
    whole = await _settings(unit, to_change=True)
    await _change(unit, {Business.settings: {**whole, section: values}})


async def set_profile(
    scope: Scope, *, name: str, currency: str, locale: str, time_zone: str
) -> None:
    """Set name, currency (ISO 4217), language and time zone of the business; audited."""
    name, currency = name.strip(), currency.strip().upper()
    if not 0 < len(name) <= 120:
        raise Invalid("A business has a name of 1 to 120 characters.", field="name")
    if len(currency) != 3 or not currency.isalpha():
        raise Invalid("A currency has three letters, such as EUR.", field="currency")
    if time_zone not in available_timezones():
        raise Invalid(
            Sentence("“{time_zone}” is not a time zone: try Europe/London.", time_zone=time_zone),
            field="time_zone",
        )
    async with tenant(scope) as unit:
        scope.require(Permission.manage_business)
        old = (
            await Business.select(
                Business.name, Business.currency, Business.locale, Business.time_zone
            )
            .where(Business.id == scope.business_id)
            .first()
        )
        after: dict[Column | str, Any] = {
            "name": name,
            "currency": currency,
            "locale": locale,
            "time_zone": time_zone,
        }
        await _change(unit, after)
        await audit.record(unit, scope, "settings.profile", name, before=old, after=after)
    forget_businesses()


async def set_origins(scope: Scope, origins: Sequence[str]) -> list[str]:
    """Set the exact origins that may show the widget; returns them as stored.

    Raises Invalid for anything that is no origin, including a `*`.
    """
    tidy = sorted({checked_origin(one) for one in origins if one.strip()})
    if len(tidy) > MOST_ORIGINS:
        raise Invalid(
            Sentence("At most {most} origins can be allowed.", most=MOST_ORIGINS),
            field="origins",
        )
    async with tenant(scope) as unit:
        scope.require(Permission.manage_integrations)
        old = (
            await Business.select(Business.allowed_origins)
            .where(Business.id == scope.business_id)
            .output(as_list=True)
        )
        await _change(unit, {Business.allowed_origins: tidy})
        await audit.record(
            unit, scope, "widget.origins_changed", "origins", before=old[0], after=tidy
        )
    forget_businesses()
    return tidy


async def _settings(unit: Unit, *, to_change: bool = False) -> dict[str, Any]:
    query = Business.select(Business.settings).where(Business.id == unit.business_id)
    found = await (query.lock_rows() if to_change else query)
    return dict(found[0]["settings"]) if found else {}


async def _change(unit: Unit, values: dict[Column | str, Any]) -> None:
    await Business.update(values).where(Business.id == unit.business_id)


def checked_origin(text: str) -> str:
    """An origin in its stored form; raises Invalid for a text that is no origin."""
    parts = urlsplit(text.strip().rstrip("/"))
    whole = parts.scheme in ("http", "https") and parts.netloc and "*" not in parts.netloc
    if not whole or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise Invalid(
            Sentence(
                "“{origin}” is not an origin: write it like https://shop.example.com.",
                origin=text.strip(),
            ),
            field="origins",
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"
