"""Many widgets at once: admitted in order, read together, each with its own data."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from pulse.contexts import sharing, state_reading
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.tasks import spawn
from tests.widget_api.clients import closed_with, hear, widget
from tests.widget_api.conftest import SignedToken
from widget_api.sockets import admission
from widget_api.sockets.admission import Gate


class Handshakes:
    """An application that holds its handshakes until each is admitted."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.begun: list[int] = []
        self.go_on: dict[int, asyncio.Event] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.places: dict[int, admission.Place] = {}

    async def arrive(self, number: int) -> None:
        self.go_on[number] = asyncio.Event()
        self.tasks[number] = spawn(self._come(number), name=f"handshake {number}")
        await asyncio.sleep(0)

    async def _come(self, number: int) -> None:
        async def serve(scope: Any, receive: Any, send: Any) -> None:
            self.begun.append(number)
            self.places[number] = scope["state"][admission.PLACE]
            await self.go_on[number].wait()

        await self.gate.serve({}, None, None, serve)

    async def finish(self, number: int) -> None:
        self.go_on[number].set()
        await self.tasks[number]
        await asyncio.sleep(0)


async def test_handshakes_are_admitted_a_few_at_a_time_in_order() -> None:
    seen = Handshakes(Gate(at_once=2))
    for number in range(5):
        await seen.arrive(number)
    assert (seen.begun, seen.gate.waiting) == ([0, 1], 3)
    await seen.finish(1)
    assert seen.begun == [0, 1, 2]
    await seen.finish(0)
    assert seen.begun == [0, 1, 2, 3]


async def test_a_disconnect_in_the_queue_takes_nobodys_turn() -> None:
    seen = Handshakes(Gate(at_once=1))
    for number in range(4):
        await seen.arrive(number)
    seen.tasks[1].cancel()
    await asyncio.gather(seen.tasks[1], return_exceptions=True)
    seen.places[0].leave()  # 2 has the turn and is cancelled at the same moment
    seen.tasks[2].cancel()
    await asyncio.gather(seen.tasks[2], return_exceptions=True)
    await asyncio.sleep(0)
    assert seen.begun == [0, 3]
    await seen.finish(0)
    await seen.arrive(4)
    assert (seen.begun, seen.gate.waiting) == ([0, 3], 1)  # a place is given back once
    await seen.finish(3)
    assert seen.begun == [0, 3, 4]
    await seen.finish(4)


async def test_a_long_wait_is_refused_with_a_time_to_reconnect(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gate, "expected_wait", 42.5)
    async with connect(f"ws://{address}/ws?token={await token('c1')}") as socket:
        assert await closed_with(socket) == (1013, "RETRY_IN_43")


async def test_simultaneous_widgets_are_read_together_with_separate_answers(
    address: str, scored: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    read = state_reading.read

    async def counted(scope: Scope, asks: Any) -> None:
        rounds.append(len(asks))
        await read(scope, asks)

    monkeypatch.setattr(state_reading, "read", counted)
    async with tenant(scored) as unit:
        await sharing.share(unit, await repository.id_of(unit, "c3"), "stuck", "Only c3", None)
    names = [f"c{number}" for number in range(10)] * 3 + ["nobody yet"]
    tokens = [await sign_for("shop", name) for name in names]

    async def state(number: int) -> dict[str, Any]:
        locale = "de" if number % 2 else "en"
        address_of = f"ws://{address}/ws?locale={locale}&token={tokens[number]}"
        async with connect(address_of) as socket:
            said = await hear(socket, "state")
        said["milestones"].pop("next")  # grows from one second to the next
        return said

    states = await asyncio.gather(*(state(number) for number in range(len(names))))
    assert [one["customer"]["id"] for one in states] == names
    assert len(rounds) < len(names)
    for number, one in enumerate(states):
        alone = await state(number)
        assert one == alone
        shared = [context["note"] for context in one["contexts"]]
        assert shared == (["Only c3"] if names[number] == "c3" else [])
    assert states[0]["because"] != states[1]["because"]  # another language, or another person
    assert states[-1]["identity"]["identity_strength"] is None


async def test_a_widget_releases_its_place_after_its_state(
    address: str, scored: Scope, token: SignedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "WIDGETS", Gate(at_once=1))
    async with AsyncExitStack() as stack:
        for name in ("c1", "c2", "c3"):
            await stack.enter_async_context(widget(address, await token(name)))
        silent = await stack.enter_async_context(connect(f"ws://{address}/ws"))
        await stack.enter_async_context(widget(address, await token("c4")))
        assert silent.close_code is None
        assert admission.WIDGETS.waiting == 0


async def test_a_handshake_that_never_ends_gives_its_turn_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "LONGEST_TURN", 0.01)
    seen = Handshakes(Gate(at_once=1))
    await seen.arrive(0)
    await seen.arrive(1)
    seen.go_on[1].set()
    await asyncio.wait_for(seen.tasks[1], 60)
    assert seen.begun == [0, 1]
    await seen.finish(0)
    monkeypatch.setattr(admission, "LONGEST_TURN", 3600.0)
    await seen.arrive(2)
    await seen.arrive(3)
    assert (seen.begun, seen.gate.waiting) == ([0, 1, 2], 1)  # given back once
    for number in (2, 3):
        seen.go_on[number].set()
        await asyncio.wait_for(seen.tasks[number], 60)
