"""Coalesce hints between processes, so that a burst of changes becomes a few messages.

A hint says "something of these kinds happened to these customers", by ids, and carries the messages
themselves encrypted with PULSE_SECRET, so that no text or name passes Redis or a notification in
the clear. So programs on /ws/dashboard receive the same messages whichever process made a change.
Above MOST_MESSAGES at once a hint holds only ids and means "read again". Hints may be lost or
repeated without harm: every (re)connect begins with the full state, and after a transport
reconnects all listeners read again.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import msgspec

from pulse import clock, logs
from pulse.auth.encryption import seal, unseal
from pulse.errors import Unavailable
from pulse.live.messages import CUSTOMER_KINDS, Message

FLUSH_SECONDS = 0.02  # seconds between two flushes; a single message is sent at once
MOST_CUSTOMERS = 100  # customers at once above which the hint means the whole business
MOST_MESSAGES = 1000  # messages at once in a business above which hints carry ids only
LONGEST_HINT = 7900  # bytes; PostgreSQL refuses notifications of 8000
FRAME = 500  # maximum bytes of a hint besides ids and messages
SEALED_SHARE = 4 / 3  # Fernet output is base64


class Hint(msgspec.Struct, frozen=True, array_like=True):
    """Changes in one business, from the process `origin`; no customers means all."""

    origin: str
    business_id: UUID
    kinds: tuple[str, ...]
    customers: tuple[tuple[UUID, str], ...] = ()
    sealed: str = ""
    sent_at: float = 0.0

    def messages(self) -> list[Message]:
        """The messages for local listeners: the original ones, else `resync` messages."""
        return self._decrypted() or self._resyncs()

    def _decrypted(self) -> list[Message]:
        if not self.sealed:
            return []
        try:
            told = _message_decoder.decode(unseal(self.sealed))
        except (Unavailable, msgspec.DecodeError):
            logs.event("live_hint_unreadable", level="warning", business_id=self.business_id)
            return []
        return [message for message in told if message.business_id == self.business_id]

    def _resyncs(self) -> list[Message]:
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
    """Collects messages and passes a few hints per business to `send` some milliseconds later."""

    def __init__(self, origin: str, send: Callable[[bytes], None]) -> None:
        self.origin = origin
        self._send = send
        self._pending: dict[tuple[UUID, bool], list[Message]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushed = 0.0

    def add(self, message: Message) -> None:
        """Add a message; must be called on the event loop."""
        self._pending.setdefault((message.business_id, for_staff(message)), []).append(message)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._flushed + FLUSH_SECONDS - loop.time())
            self._timer = loop.call_later(wait, self._flush_on_time)

    def _flush_on_time(self) -> None:
        self._flushed = asyncio.get_running_loop().time()
        self.flush()

    def flush(self) -> None:
        """Send the collected messages now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, {}
        for messages in pending.values():
            for hint in self._hints(messages):
                self._send(hint)

    def _hints(self, messages: Sequence[Message]) -> Iterator[bytes]:
        if len(messages) > MOST_MESSAGES:
            yield self._encode_ids(messages)
            return
        for part in _parts(messages):
            told = _encode_hint(self.origin, part, seal(_encode(part).decode()))
            yield told if len(told) <= LONGEST_HINT else self._encode_ids(part)

    def _encode_ids(self, messages: Sequence[Message]) -> bytes:
        named = _encode_hint(self.origin, messages)
        return (
            named
            if len(named) <= LONGEST_HINT
            else _encode_hint(self.origin, messages, everybody=True)
        )


def _encode_hint(
    origin: str, messages: Sequence[Message], sealed: str = "", *, everybody: bool = False
) -> bytes:
    kinds: set[str] = set()
    customers: dict[UUID, str] = {}
    for message in messages:
        kinds.update(message.payload["kinds"] if message.kind == "resync" else (message.kind,))
        if message.customer_id is not None:
            customers[message.customer_id] = message.external_id or ""
        everybody = everybody or message.customer_id is None
    now = clock.now().timestamp()
    named = () if everybody or len(customers) > MOST_CUSTOMERS else tuple(customers.items())
    return _encode(Hint(origin, messages[0].business_id, tuple(sorted(kinds)), named, sealed, now))


def _parts(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """In order, as many messages together as fit into one hint."""
    part: list[Message] = []
    left = float(LONGEST_HINT - FRAME)
    for message in messages:
        size = len(_encode(message)) * SEALED_SHARE + len(_encode(message.external_id)) + 45
        if part and size > left:
            yield part
            part, left = [], float(LONGEST_HINT - FRAME)
        part.append(message)
        left -= size
    if part:
        yield part


def for_staff(message: Message) -> bool:
    """Whether a message concerns only the staff of the whole business: an import's progress."""
    if message.customer_id is not None:
        return False
    kinds = message.payload.get("kinds", ()) if message.kind == "resync" else (message.kind,)
    return bool(kinds) and CUSTOMER_KINDS.isdisjoint(kinds)


def decode(raw: bytes | str) -> Hint | None:
    """The hint, or None for a text that is none (another version's or another program's)."""
    try:
        return msgspec.json.decode(raw, type=Hint)
    except msgspec.DecodeError:
        return None


def _encode(value: object) -> bytes:
    return msgspec.json.encode(value)


_message_decoder = msgspec.json.Decoder(list[Message])
