"""Admit the widgets' handshakes gradually: a few at once, first come, first served.

Thousands come back in the same moment after a restart or a lost network. If all were accepted at
once, none would have its state before the last one was accepted, and a REST request would wait for
all of them. So a handshake waits for its turn until those before it have their states; between two
of them the process serves whatever else there is. Who would wait too long is told when to return.
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
LONGEST_WAIT = 20.0  # seconds in the queue; whoever would wait longer is sent away with a hint
TRY_AGAIN_LATER = 1013
RETRY_MARK = "RETRY_IN_"  # in the close reason, then whole seconds: read by the widget
PLACE = "admission"  # in the connection's state
_SMOOTHING = 0.05

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Place:
    """A turn of one handshake; given back once, by whoever is first."""

    def __init__(self, gate: "Gate") -> None:
        self._gate = gate
        self._is_held = True

    def leave(self) -> None:
        """Let the next one in."""
        if self._is_held:
            self._is_held = False
            self._gate.left()


class Gate:
    """At most `at_once` handshakes; the others wait in the order in which they came."""

    def __init__(self, at_once: int = AT_ONCE, longest_wait: float = LONGEST_WAIT) -> None:
        self._free = at_once
        self._longest_wait = longest_wait
        self._queue: deque[asyncio.Future[None]] = deque()
        self._pace = 0.0  # seconds between two that leave while others wait, smoothed
        self._last: float | None = None

    @property
    def waiting(self) -> int:
        """How many handshakes wait."""
        return len(self._queue)

    @property
    def expected_wait(self) -> float:
        """Seconds until a new handshake would be admitted."""
        return self.waiting * self._pace

    async def serve(self, scope: Any, receive: Any, send: Any, serve: Application) -> None:
        """Serve this handshake when it has a turn, or close it with a hint when to come again."""
        if (wait := self.expected_wait) > self._longest_wait:
            await _send_away(receive, send, wait)
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
            else:  # it has just had its turn: the next one takes it
                self._hand_on()
            raise

    def left(self) -> None:
        """One has left: note the pace, let the next one in."""
        now = monotonic()
        if self._queue and self._last is not None:
            self._pace += _SMOOTHING * (now - self._last - self._pace)
        self._last = now if self._queue else None
        self._hand_on()

    def _hand_on(self) -> None:
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self._free += 1


async def _send_away(receive: Any, send: Any, wait: float) -> None:
    """Accept and close: a browser shows a page the reason of a close, not of a refusal."""
    await receive()
    await send({"type": "websocket.accept"})
    reason = f"{RETRY_MARK}{math.ceil(wait)}"
    metrics.closings.labels("widget", str(TRY_AGAIN_LATER)).inc()
    await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": reason})


WIDGETS = Gate()
metrics.handshakes_waiting.set_function(lambda: float(WIDGETS.waiting))
