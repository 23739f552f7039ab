"""Hints between processes: ids only, coalesced, so that a burst of changes is a few short texts.

A hint says "something of these kinds happened to these customers, read again". It may be lost or
doubled without harm: every (re)connect begins with the full state, and a reconnected transport
makes everybody read again.
"""

import asyncio
from collections.abc import Callable
from uuid import UUID

import msgspec

from pulse.live.messages import CUSTOMER_KINDS, Message

FLUSH_SECONDS = 0.02  # a context has 200 ms to reach the other process's dashboards
MOST_CUSTOMERS = 100  # beyond this many at once the hint means the whole business
LONGEST_HINT = 7900  # bytes; PostgreSQL refuses notifications of 8000


class Hint(msgspec.Struct, frozen=True, array_like=True):
    """What happened in one business, told by the process `origin`; no customers means all."""

    origin: str
    business_id: UUID
    kinds: tuple[str, ...]
    customers: tuple[tuple[UUID, str], ...] = ()

    def messages(self) -> list[Message]:
        """The `resync` messages that local listeners get for this."""
        about: list[tuple[UUID | None, str | None]] = list(self.customers) or [(None, None)]
        return [
            Message(
                business_id=self.business_id,
                kind="resync",
                customer_id=customer_id,
                external_id=external_id or None,
                payload={"kinds": list(self.kinds)},
            )
            for customer_id, external_id in about
        ]


class Outbox:
    """Collects what happens and hands one hint a business to `send` a few milliseconds later."""

    def __init__(self, origin: str, send: Callable[[bytes], None]) -> None:
        self.origin = origin
        self._send = send
        self._pending: dict[tuple[UUID, bool], _Pending] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, message: Message) -> None:
        """Note a message; must be called on the event loop."""
        pending = self._pending.setdefault((message.business_id, for_staff(message)), _Pending())
        pending.kinds.update(
            message.payload["kinds"] if message.kind == "resync" else (message.kind,)
        )
        if message.customer_id is None:
            pending.everybody = True
        else:
            pending.customers[message.customer_id] = message.external_id or ""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Send what is noted now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, {}
        for (business_id, _), noted in pending.items():
            self._send(self._encoded(business_id, noted))

    def _encoded(self, business_id: UUID, noted: "_Pending") -> bytes:
        kinds = tuple(sorted(noted.kinds))
        if not noted.everybody and len(noted.customers) <= MOST_CUSTOMERS:
            named = _encode(Hint(self.origin, business_id, kinds, tuple(noted.customers.items())))
            if len(named) <= LONGEST_HINT:
                return named
        return _encode(Hint(self.origin, business_id, kinds))


def for_staff(message: Message) -> bool:
    """True for what concerns the whole business and only its staff: an import's progress."""
    if message.customer_id is not None:
        return False
    kinds = message.payload.get("kinds", ()) if message.kind == "resync" else (message.kind,)
    return bool(kinds) and CUSTOMER_KINDS.isdisjoint(kinds)


class _Pending:
    __slots__ = ("customers", "everybody", "kinds")

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.customers: dict[UUID, str] = {}
        self.everybody = False


def decode(raw: bytes | str) -> Hint | None:
    """The hint, or None for a text that is none (another version's, somebody else's)."""
    try:
        return msgspec.json.decode(raw, type=Hint)
    except msgspec.DecodeError:
        return None


def _encode(hint: Hint) -> bytes:
    return msgspec.json.encode(hint)
