"""Admit the widgets' handshakes gradually: a few at a time, in order of arrival.

After a restart or a network failure thousands connect at the same moment. If all were accepted at
once, none would have its state before the last one was accepted, and REST requests would wait for
all of them. So a handshake waits until earlier ones have their states, and between two handshakes
the process serves other work. A handshake that would wait too long is closed with a time to retry.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from widget_api import metrics

PATH = "/ws"
AT_ONCE = 24  # handshakes between accept and first state
# seconds in the queue; a handshake that would wait longer is closed with a retry time
LONGEST_WAIT = 20.0
LONGEST_TURN = 30.0  # seconds; then the next handshake starts, whatever this one waits for
TRY_AGAIN_LATER = 1013
RETRY_MARK = "RETRY_IN_"  # in the close reason, followed by whole seconds; the widget parses it
PLACE = "admission"  # key in the connection's state
_SMOOTHING = 0.05

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Place:
    """The turn of one handshake; released once, by whichever side is first, or in time."""

    __slots__ = ("_gate", "_limit")

    def __init__(self, gate: "Gate") -> None:
        self._gate = gate
        loop = asyncio.get_running_loop()
        self._limit: asyncio.TimerHandle | None = loop.call_later(LONGEST_TURN, self.leave)

    def leave(self) -> None:
        """Release the turn, so that the next handshake can start."""
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
            self._gate.left()


class Gate:
    """Admits at most `at_once` handshakes; the others wait in order of arrival."""

    def __init__(self, at_once: int = AT_ONCE, longest_wait: float = LONGEST_WAIT) -> None:
        self._free = at_once
        self._longest_wait = longest_wait
        self._queue: deque[asyncio.Future[None]] = deque()
        self._pace = 0.0  # smoothed seconds between two releases while others wait
        self._last: float | None = None

    @property
    def waiting(self) -> int:
        """The number of waiting handshakes."""
        return len(self._queue)

    @property
    def expected_wait(self) -> float:
        """Seconds until a new handshake would be admitted."""
        return self.waiting * self._pace

    async def serve(self, scope: Any, receive: Any, send: Any, serve: Application) -> None:
        """Serve this handshake when it has a turn, or close it with a time to retry."""
        if (wait := self.expected_wait) > self._longest_wait:
            await _close_with_hint(receive, send, wait)
            return
        await self._turn()
        place = Place(self)
        scope.setdefault("state", {})[PLACE] = place
        try:
            await serve(scope, receive, send)
        finally:
            place.leave()

    async def _turn(self) -> None:
        if self._free:
            self._free -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._queue.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self._queue.remove(mine)
            else:  # cancelled just after it got its turn: pass it on
                self._admit_next()
            raise

    def left(self) -> None:
        """A handshake has ended: update the pace and admit the next one."""
        now = monotonic()
        if self._queue and self._last is not None:
            self._pace += _SMOOTHING * (now - self._last - self._pace)
        self._last = now if self._queue else None
        self._admit_next()

    def _admit_next(self) -> None:
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self._free += 1


async def _close_with_hint(receive: Any, send: Any, wait: float) -> None:
    """Accept, then close: browsers expose the reason of a close, not of a refused handshake."""
    await receive()
    await send({"type": "websocket.accept"})
    reason = f"{RETRY_MARK}{math.ceil(wait)}"
    metrics.closings.labels("widget", str(TRY_AGAIN_LATER)).inc()
    await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": reason})


WIDGETS = Gate()
metrics.handshakes_waiting.set_function(lambda: float(WIDGETS.waiting))
