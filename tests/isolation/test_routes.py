"""No route returns, changes or reveals anything of another business, for any principal."""

from collections import Counter, defaultdict
from typing import Any

import httpx

from tests.isolation.principals import Principal, everybody, unharmed
from tests.isolation.requests import Attempt, Routes
from tests.isolation.world import PLANTED, World, build
from widget_api.app import build as build_api
from widget_api.middleware import Edge


async def test_every_route_for_every_principal_is_isolated(
    database: dict[str, Any], unlimited: None, long: bool, counts: Counter[str]
):
    world = await build(database)
    principals = await everybody(world)
    edge = build_api()
    routes = Routes(edge.litestar)
    for principal in principals[:-1]:
        walk = Walk(world, edge, principal)
        async with unharmed(world, principal):
            for attempt in routes.attempts(world, "", long=long):
                await walk.attempt(attempt)
        walk.tells_nobody_what_exists()
        counts["isolation: requests"] += walk.count
        assert {(path, method) for path, method, _ in routes.calls} == walk.walked
    assert not await world.taken_over()
    admin = Walk(world, edge, principals[-1])
    for attempt in routes.attempts(world, "", long=False):
        if attempt.method == "GET":
            await admin.attempt(attempt, may_see=True)
    assert len(admin.seen) > 10, admin.seen  # the walk would have detected it
    await world.owner.close()


class Walk:
    """The requests of one principal, and their answers."""

    def __init__(self, world: World, edge: Edge, principal: Principal) -> None:
        self.count = 0
        self.walked: set[tuple[str, str]] = set()
        self.seen: set[str] = set()
        self._silent = world.silent
        self._principal = principal
        self._answers: dict[Any, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
        transport = httpx.ASGITransport(app=edge, raise_app_exceptions=False)  # type: ignore[arg-type]
        self._http = httpx.AsyncClient(
            transport=transport, base_url="http://pulse.test", headers=principal.headers
        )

    async def attempt(self, one: Attempt, *, may_see: bool = False) -> None:
        """Send a request and check its answer for forbidden texts."""
        files = {"file": ("list.csv", one.file.encode())} if one.file else None
        sent = {"files": files} if files else {"json": one.body} if one.body is not None else {}
        answer = await self._http.request(one.method, one.url, **sent)  # type: ignore[arg-type]
        self.count += 1
        self.walked.add((one.route, one.method))
        said = answer.text
        where = f"{self._principal.name}: {one} → {answer.status_code} {said[:300]}"
        assert answer.status_code < 500, where
        if may_see:
            self.seen |= {one.route} if PLANTED in said else set()
            return
        assert self._principal.forbidden not in said, where
        if not self._principal.is_home:
            assert not [known for known in self._silent if known in said], where
        is_told = answer.status_code >= 400 and "error_code" in said
        kept = (answer.status_code, answer.json()["error_code"] if is_told else "")
        self._answers[one.method, one.route, str(one.body)][one.foreign].add(kept)

    def tells_nobody_what_exists(self) -> None:
        """Check that an id of another business is answered like one that does not exist."""
        for call, answers in self._answers.items():
            assert answers["foreign"] <= answers["nobody's"], f"{self._principal.name}: {call}"
