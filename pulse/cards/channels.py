"""Channels: the ways in which a person delivers the opener of a card.

`email`, `phone`, `chat` and `in_person` are labels only: the person sends or says the text. A
package adds a channel by `@channel(...)` in a module named by the entry point group
`pulse.channels`; its function sends the text when a person delivers a card by it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from uuid import UUID

import msgspec

from pulse import logs
from pulse.errors import PulseError, Unavailable
from pulse.i18n.sentences import Sentence, marked
from pulse.plugins import load_plugins

DELIVERY_SECONDS = 20.0
"""Time-out of a channel in seconds; a person waits for the result."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one customer.

    card_id: the same when a person tries again; use it as the idempotency key. external_id: the
    customer's id in the business's own systems. email: "" when unknown. language: of `text`, BCP
    47. sender: the name of the staff member who delivers it.
    """

    business_id: UUID
    card_id: UUID
    external_id: str
    name: str
    email: str
    language: str
    text: str
    sender: str


Send = Callable[[Delivery], Awaitable[None]]


class Channel(msgspec.Struct, frozen=True):
    """A registered channel. send: None when the person delivers the text."""

    name: str
    label: str
    send: Send | None = None


_LABELS = marked({"email": "email", "phone": "phone", "chat": "chat", "in_person": "in person"})
CHANNELS: dict[str, Channel] = {name: Channel(name, label) for name, label in _LABELS.items()}
"""All known channels, Pulse's own first."""


def channel(name: str, label: str) -> Callable[[Send], Send]:
    """Register the decorated coroutine function as a channel.

    name: stored with the card and used by the API; at most 40 characters, e.g. "text_message".
    label: shown to people, e.g. "Text message".

    The function gets a `Delivery` and has DELIVERY_SECONDS. It raises an exception when the message
    was not sent; the card then stays open. Raises ValueError for a name that is taken.
    """
    if name in CHANNELS:
        raise ValueError(f"{name!r} is already a channel ({CHANNELS[name].label}).")

    def register(send: Send) -> Send:
        CHANNELS[name] = Channel(name, label, send)
        return send

    return register


@cache
def discover() -> Mapping[str, Channel]:
    """Return the registry including the channels of installed packages."""
    load_plugins("pulse.channels")
    return CHANNELS


def channel_label(name: str) -> str:
    """Return the channel's label; for a channel that no longer exists, a label made of its name."""
    known = discover().get(name)
    return known.label if known else name.replace("_", " ")


def sends(name: str | None) -> bool:
    """Return whether Pulse sends the text by this channel (otherwise the person does)."""
    known = discover().get(name or "")
    return known is not None and known.send is not None


async def send(name: str, delivery: Delivery) -> None:
    """Send a message by a channel for which `sends` is true.

    Raises the channel's own PulseError, or Unavailable when it failed in another way or took more
    than DELIVERY_SECONDS.
    """
    known = discover()[name]
    assert known.send is not None
    try:
        async with asyncio.timeout(DELIVERY_SECONDS):
            await known.send(delivery)
    except PulseError:
        raise
    except Exception as failure:  # third-party code may raise anything
        logs.failure("channel_failed", failure, channel=name, card_id=str(delivery.card_id))
        raise Unavailable(
            Sentence("Not delivered: {label} failed. The card waits as before.", label=known.label),
            code="CHANNEL_FAILED",
            channel=name,
        ) from failure
