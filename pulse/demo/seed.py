"""Loading the demo businesses from nothing, each of them once.

A business is marked as loaded when all of it is there. One that was left half-done, by a kill or
a full disk, is taken away and started over.
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

LOADED = "demo_loading"  # the section of the settings that says when all of it was there


@dataclass(frozen=True)
class Demo:
    """A demo business, and what fills it with life."""

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
    """Load what is not there yet; the public ids of the businesses that were loaded now.

    `update_demo_access` comes next, when the address is known.
    """
    loaded = []
    for demo in DEMOS:
        if not await _is_loaded(demo.slug):
            await _build(demo, told)
            loaded.append(demo.slug)
    return loaded


async def throw_away() -> None:
    """Take the demo businesses away, with everything in them; others are left alone."""
    for demo in DEMOS:
        try:
            await delete_business(await business_by_slug(demo.slug))
        except NotFound:
            continue


async def update_demo_access() -> None:
    """Let staff in with today's password and the widget onto pages of today's address."""
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
    """Whether all of it is there; what was left half-done goes away."""
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
    await _ask_for_studies(scope)
    await _mark(business)


async def _ask_for_studies(scope: Scope) -> None:
    """What needs models is left to jobs: it is there soon after somebody serves."""
    await cluster_job.enqueue_clustering(scope)
    with suppress(Invalid):  # too little is known about who left
        await jobs.enqueue_study(scope)


async def _mark(business: Business) -> None:
    async with tenant(business) as unit:
        await write_section(unit, "widget", {"launcher": "number", "answer_hours": 4})
        await write_section(unit, LOADED, {"at": clock.now().isoformat()})
