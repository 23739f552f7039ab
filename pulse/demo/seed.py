"""Load the demo businesses into an empty database, each of them once.

A business is marked as loaded when it is complete. One that was interrupted, by a kill or a full
disk, is deleted and loaded again.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pulse import clock, settings
from pulse.auth.business_lifecycle import create_business, delete_business
from pulse.auth.businesses import Business, business_by_slug, forget_businesses
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import read_section, write_section
from pulse.db.transaction import system, tenant
from pulse.demo import meridian, people, replay
from pulse.errors import Invalid, NotFound
from pulse.jobs.progress import Told
from pulse.learning.churn import jobs
from pulse.segments import cluster_job
from pulse.tables.business import Business as BusinessTable

LOADED = "demo_loading"  # the section of the settings that says when it was complete


@dataclass(frozen=True)
class Demo:
    """A demo business, and the function that loads its data."""

    slug: str
    name: str
    currency: str
    time_zone: str
    fill: Callable[[Scope, Told], Awaitable[None]]


DEMOS = (
    Demo("lantern", "Lantern & Co", "GBP", "Europe/London", replay.fill),
    Demo("meridian", "Meridian Telephone", "USD", "America/New_York", meridian.fill),
)


async def load(told: Told) -> list[str]:
    """Load the missing demo businesses; returns their public ids.

    `update_demo_access` follows, when the address is known.
    """
    loaded = []
    for demo in DEMOS:
        if not await _is_loaded(demo.slug):
            await _build(demo, told)
            loaded.append(demo.slug)
    return loaded


async def throw_away() -> None:
    """Delete the demo businesses with all their data; others are not changed."""
    for demo in DEMOS:
        try:
            await delete_business(await business_by_slug(demo.slug))
        except NotFound:
            continue


async def update_demo_access() -> None:
    """Enable staff sign-in with today's password, and the widget on today's address."""
    chosen = settings.current()
    await people.enable_demo_sign_in(chosen.demo_password)
    address = chosen.public_url.rstrip("/")
    port = urlsplit(address).port
    origins = {address, *(f"http://{host}:{port}" for host in ("127.0.0.1", "localhost") if port)}
    async with system():
        rows = await BusinessTable.select(BusinessTable.id, BusinessTable.allowed_origins).where(
            BusinessTable.slug.is_in([demo.slug for demo in DEMOS]), BusinessTable.is_demo.eq(True)
        )
        for row in rows:
            if not origins <= set(row["allowed_origins"]):
                together = sorted({*origins, *row["allowed_origins"]})
                await BusinessTable.update({BusinessTable.allowed_origins: together}).where(
                    BusinessTable.id == row["id"]
                )
    forget_businesses()


async def _is_loaded(slug: str) -> bool:
    """Whether it is complete; an incomplete one is deleted."""
    try:
        business = await business_by_slug(slug)
    except NotFound:
        return False
    async with tenant(business) as unit:
        if await read_section(unit, LOADED):
            return True
    await delete_business(business)
    return False


async def _build(demo: Demo, told: Told) -> None:
    business, _ = await create_business(
        demo.slug, demo.name, currency=demo.currency, time_zone=demo.time_zone, is_demo=True
    )
    scope = Scope.for_pulse(business.id)
    await people.add_demo_staff(scope, demo.slug, settings.current().demo_password)
    await demo.fill(scope, told)
    await _enqueue_studies(scope)
    await _mark_loaded(business)


async def _enqueue_studies(scope: Scope) -> None:
    """Enqueue the studies that need models; they are finished soon after the server starts."""
    await cluster_job.enqueue_clustering(scope)
    with suppress(Invalid):  # too few outcomes are known
        await jobs.enqueue_study(scope)


async def _mark_loaded(business: Business) -> None:
    async with tenant(business) as unit:
        await write_section(unit, "widget", {"launcher": "number", "answer_hours": 4})
        await write_section(unit, LOADED, {"at": clock.now().isoformat()})
