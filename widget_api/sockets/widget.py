"""/ws: one customer's widget. It receives the full state, then changes, and shares contexts."""

import asyncio
from collections.abc import Sequence
from time import time
from typing import Any
from uuid import UUID

import msgspec
from litestar import websocket
from litestar.datastructures import Headers

from pulse import workflows
from pulse.auth import customer_tokens
from pulse.auth.scope import Scope
from pulse.contexts.state_reading import StateOptions
from pulse.contexts.widget_state import open_widget
from pulse.errors import Invalid
from pulse.live.hub import HUB
from pulse.live.messages import Message
from pulse.live.subscription import Subscription
from widget_api import limits
from widget_api.auth import caller_of
from widget_api.errors import problem_of
from widget_api.origins import check_origin
from widget_api.schemas import ShareContext
from widget_api.sockets.connection import (
    GONE,
    UNAUTHENTICATED,
    AnySocket,
    Closing,
    Incoming,
    Line,
    is_database_error,
)
from widget_api.sockets.sessions import (
    RECHECK_SECONDS,
    accepted_socket,
    connection_slot,
    sending_messages,
)
from widget_api.widget_queries import identity_update, shared_contexts

QUEUE = 64  # messages about one customer; a widget with more waiting reads the whole state again
READERS = asyncio.Semaphore(8)
"""Concurrent single reads: they wait here and not for a pool connection, so that REST calls and
shared contexts always find one."""
STATES = asyncio.Semaphore(32)
"""Concurrent state reads; those of one business share a query."""


@websocket("/ws")
async def widget_socket(socket: AnySocket) -> None:
    """Serve one customer's widget; the close codes are in `connection`."""
    async with accepted_socket(socket, "widget") as line:
        token = line.presented()
        if token is None:
            line.admitted()  # an unauthenticated connection does not hold up the queue
            token = await line.authenticate()
        checked = await customer_tokens.verify(token)
        check_origin(Headers(socket.scope["headers"]), checked.business)
        line.forget_handshake()
        limits.CONNECTS.take(checked.place)
        async with STATES:
            caller = await caller_of(checked)
        assert caller.customer_scope
        with (
            connection_slot(checked.business.id, limits.SOCKETS_OF_ONE_BUSINESS),
            connection_slot(checked.place, limits.SOCKETS_OF_ONE_CUSTOMER),
        ):
            await WidgetSession(line, caller.customer_scope, checked, token).run()


class WidgetSession:
    """One customer on one socket, from the first state until it closes."""

    __slots__ = ("_asked", "_order", "checked", "external_id", "line", "scope", "token")

    def __init__(
        self, line: Line, scope: Scope, checked: customer_tokens.CustomerToken, token: str
    ) -> None:
        self.line = line
        self.scope = scope
        self.checked = checked
        self.token = token
        self.external_id = checked.customer
        asked = line.socket.query_params
        self._asked = StateOptions(
            locale=asked.get("locale"), chosen="chosen" in asked, view="view" in asked
        )
        # One read and its message at a time, so that the last message has the newest
        # state.
        self._order = asyncio.Lock()

    async def run(self) -> None:
        """Subscribe before reading the state, so that no change between the two is lost."""
        async with HUB.subscribe(self.scope.business_id, self.scope.customer_id, QUEUE) as heard:
            await self._send_state()
            self.line.admitted()
            async with sending_messages(self.line, heard, self._tell):
                await self._listen()

    async def _listen(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._seconds_to_recheck()):
                    said = await self.line.receive()
            except TimeoutError:
                await self._check_again()
                continue
            limits.SOCKET_MESSAGES.take(self.line.number)
            await self._answer(said)

    async def _check_again(self) -> None:
        """Raise what closes the socket; an expired token closes it even without the database."""
        try:
            await customer_tokens.verify(self.token)
        except Exception as error:
            if self.checked.expires_at <= time() or not is_database_error(error):
                raise

    def _seconds_to_recheck(self) -> float:
        """Seconds until the token is checked again: at its expiry, or after a minute."""
        return max(0.0, min(RECHECK_SECONDS, self.checked.expires_at - time()))

    async def _answer(self, said: Incoming) -> None:
        if said.type == "authenticate":
            await self._authenticate(said.payload.get("token"))
            return
        try:
            answer = _ANSWERS.get(said.type)
            if answer is None:
                raise Invalid("The type of this message is unknown.", code="MESSAGE_UNKNOWN")
            await answer(self, said.payload)
        except GONE:
            raise
        except Exception as error:
            key = said.payload.get("client_key")
            problem = msgspec.structs.asdict(problem_of(error))
            await self.line.send("error", problem | ({"client_key": key} if key else {}))

    async def _ping(self, payload: dict[str, Any]) -> None:
        await self.line.send("pong", payload)

    async def _share(self, payload: dict[str, Any]) -> None:
        self.scope.require_change()
        await limits.SHARES.take((self.scope.business_id, self.external_id))
        wish = _parse_payload(payload, ShareContext)
        context = await workflows.share_context(
            self.scope, self.external_id, wish.context_type, wish.note, wish.client_key
        )
        accepted = {"client_key": wish.client_key, "context": context}
        async with self._order:
            await self.line.send("context_accepted", accepted)

    async def _withdraw(self, payload: dict[str, Any]) -> None:
        self.scope.require_change()
        wish = _parse_payload(payload, _Withdraw)
        await workflows.withdraw_context(self.scope, self.external_id, wish.context_id)

    async def _set_locale(self, payload: dict[str, Any]) -> None:
        """The widget's language has changed: send everything again in the new language."""
        wanted = payload.get("locale")
        # The widget chooses the language once it knows the customer: the stored one no
        # longer counts.
        self._asked = msgspec.structs.replace(
            self._asked, locale=wanted if isinstance(wanted, str) else None, chosen=True
        )
        await self._send_state()

    async def _authenticate(self, token: Any) -> None:
        """A new token of the same customer keeps the connection; another customer's closes it."""
        fresh = await customer_tokens.verify(token if isinstance(token, str) else "")
        if fresh.place != self.checked.place:
            raise Closing(UNAUTHENTICATED, "TOKEN_OF_ANOTHER")
        self.checked, self.token = fresh, token
        await self.line.send("authenticated", {"expires_at": fresh.expires_at})

    async def _tell(self, heard: Subscription) -> None:
        async for message in heard:
            await self._send_changes([message, *heard.drain()])

    async def _send_changes(self, messages: Sequence[Message]) -> None:
        """Combine several changes into one read, because the state contains them all."""
        kinds = _kinds(messages)
        if "identity_update" in kinds:
            async with self._order:
                async with READERS:
                    update = await identity_update(self.scope, self.external_id, self._asked)
                await self.line.send("identity_update", update)
        if "state" in kinds:
            await self._send_state()
        elif kinds & {"context_shared", "context_withdrawn"}:
            async with self._order:
                async with READERS:
                    contexts = await shared_contexts(self.scope, self.external_id)
                await self.line.send("contexts", {"contexts": contexts})

    async def _send_state(self) -> None:
        async with self._order:
            async with STATES:
                state, celebration = await open_widget(self.scope, self.external_id, self._asked)
            await self.line.send("state", state)
        if celebration is not None:
            await self.line.send("celebration", celebration)


class _Withdraw(msgspec.Struct, frozen=True):
    context_id: UUID


_ANSWERS = {
    "ping": WidgetSession._ping,
    "locale": WidgetSession._set_locale,
    "context_share": WidgetSession._share,
    "context_withdraw": WidgetSession._withdraw,
}


def _kinds(messages: Sequence[Message]) -> set[str]:
    """The kinds of change; a resync counts as the kind it replaces, "state" means all."""
    kinds: set[str] = set()
    for message in messages:
        if message.kind == "resync":
            kinds.update(message.payload.get("kinds") or ("state",))
        else:
            kinds.add(message.kind)
    return kinds | {"state"} if kinds & {"milestone_reached", "dispute_changed"} else kinds


def _parse_payload(payload: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError as wrong:
        raise Invalid(f"The message is invalid: {wrong}") from wrong
