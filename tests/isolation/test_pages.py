"""No page, and no action on a page, shows or changes anything of another business."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from bench.tab import Tab, opened
from pulse import settings
from pulse.auth.roles import Role
from pulse.db.engine import app_connection, pool
from pulse.tasks import spawn
from pulse.testing.database import SECRET
from tests.fixtures.pulse_process import PulseProcess
from tests.isolation.principals import Principal, everybody, replacement, unharmed
from tests.isolation.requests import MALFORMED, NOBODY, PARAMETER
from tests.isolation.world import World, build
from ui.app import ROUTED
from ui.runtime.registry import View, discover

QUIET_SECONDS = 0.3  # without an update: the action has been answered
SIGN_OUT = "/sign-out"


@pytest.fixture
async def world(dashboard_process: PulseProcess) -> AsyncIterator[World]:
    """Both businesses in the database of the served dashboard."""
    settings.choose(settings.Settings(secret=SECRET))
    async with pool(app_connection(settings.current(), dashboard_process.database)):
        made = await build(dashboard_process.database)
        yield made
        await made.owner.close()


@pytest.mark.timeout(3600)
async def test_every_page_export_and_event_is_isolated(
    dashboard_process: PulseProcess, world: World, long: bool, counts: Counter[str]
):
    url = dashboard_process.url
    principals = [one for one in await everybody(world) if one.session][:-1]
    troubles = await _troubles(url)
    chosen = principals if long else _two(principals)
    for principal in chosen:
        async with unharmed(world, principal):
            counts["isolation: dashboard requests"] += await _addresses(url, principal, world)
    assert await _troubles(url) == troubles
    for number, one in enumerate(chosen):
        principal = await replacement(world, one)
        async with unharmed(world, principal):
            for view in discover() if long else discover()[number::2]:
                assert principal.session
                if view.opens_for(principal.session.scope) and not view.demo_only:
                    counts["isolation: page events"] += await _acts(
                        url, principal, view, world, long=long
                    )
    assert not await world.taken_over()


def _two(principals: list[Principal]) -> list[Principal]:
    """Return another business's admin and an own-book admin: most rights, and partial view."""
    admin = next(one for one in principals if one.session and one.session.role is Role.admin)
    return [admin, next(one for one in principals if one.is_home)]


async def _addresses(url: str, principal: Principal, world: World) -> int:
    """Open every page, export and form with ids of others in the path and the query."""
    count = 0
    headers = principal.headers | {"Accept": "application/json"}  # text/html has a limit a person
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as http:
        for method, path in _calls():
            for address in _filled(path, world):
                answer = await http.request(method, address)
                where = f"{principal.name}: {method} {address[:200]} {answer.status_code}"
                assert answer.status_code < 500, f"{where} {answer.text[:300]}"
                _check(principal, world, answer.text, where)
                count += 1
    return count


def _calls() -> list[tuple[str, str]]:
    """Return the registered views and all other routes of the dashboard."""
    routes = [route for module in ROUTED for route in module.router.routes]
    calls = [(method, route.path) for route in routes for method in sorted(route.methods)]
    assert len(calls) > 20
    kept = [(method, path) for method, path in calls if not path.startswith((SIGN_OUT, "/export"))]
    exports = [("GET", path) for _, path in calls if path.startswith("/export")]
    return (
        [("GET", view.route) for view in discover()] + kept + exports[:: max(1, len(exports) // 8)]
    )


def _filled(path: str, world: World) -> list[str]:
    names = [name for name, _ in PARAMETER.findall(path)]
    values = [str(world.person), "p-1", NOBODY, MALFORMED[0]] if names else [""]
    for name in names:
        values += world.baits(name)
    query = urlencode({table.rstrip("s"): str(ids[0]) for table, ids in world.ids.items()})
    filled = [PARAMETER.sub(lambda _, one=one: quote(one, safe="%"), path) for one in values]
    if path.startswith("/export"):  # which is rate-limited per person
        return [filled[0], filled[-1]] if names else filled
    return [*filled, f"{filled[0]}?{query}"]


async def _acts(
    url: str, principal: Principal, view: View, world: World, *, long: bool = False
) -> int:
    """Open the page and trigger every event on it with ids of others; returns how many."""
    path = PARAMETER.sub("r-1", view.route)
    tab = await opened(url, path, principal.headers["Cookie"])
    heard: list[str] = [json.dumps(tab.elements)]
    done = 0

    def note(update: dict[str, Any]) -> bool:
        heard.append(json.dumps(update))
        return False

    listening = spawn(tab.listen(), name="tab")
    noting = spawn(tab.until(note, within=120), name="notes")
    await _quiet(tab)
    for number, element in list(tab.elements.items()):
        for listener in element["events"]:
            for args in _arguments(world, long=long):
                await tab.say("event", _event(tab, number, listener, args))
                done += 1
    await _quiet(tab)
    for task in (noting, listening):
        task.cancel()
    await asyncio.wait([noting, listening])
    with suppress(Exception):
        await tab.close()
    _check(principal, world, "".join(heard), f"{principal.name}: {path}")
    return done


async def _quiet(tab: Tab) -> None:
    """Wait until no update has arrived for a moment."""
    seen = -1
    while seen != tab.updates:
        seen = tab.updates
        await asyncio.sleep(QUIET_SECONDS)


def _arguments(world: World, *, long: bool) -> list[list[Any]]:
    person = str(world.person)
    row = dict.fromkeys(("id", "key", "value", "external_id", "customer_id", "label"), person)
    every = {**row, "row": row, "selection": [row]}
    return [[person], [row], [every, row, 0], [], [None]] if long else [[every, row, 0]]


def _event(tab: Tab, number: int, listener: dict[str, Any], args: list[Any]) -> dict[str, Any]:
    return {
        "id": number,
        "client_id": tab.client_id,
        "listener_id": listener["listener_id"],
        "args": [json.dumps(one) for one in args],
    }


def _check(principal: Principal, world: World, said: str, where: str) -> None:
    assert principal.forbidden not in said, where
    if not principal.is_home:
        assert not [one for one in world.silent if one in said], where


async def _troubles(url: str) -> str:
    """Return the number of failed operations counted by the dashboard."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        lines = (await http.get("/metrics")).text.splitlines()
    return "\n".join(line for line in lines if line.startswith("pulse_failures"))
