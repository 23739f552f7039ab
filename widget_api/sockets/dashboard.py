"""/ws/dashboard: all messages of a business, for its programs and its staff."""

import asyncio
from typing import Any

from litestar import websocket

from pulse.auth.scope import Scope
from pulse.auth.sign_in import staff_sessions
from pulse.customers.repository import seen_among
from pulse.live.hub import HUB
from pulse.live.messages import Message
from pulse.live.subscription import Subscription
from widget_api import limits
from widget_api.auth import Caller, by_credential, by_session
from widget_api.origins import check_same_origin
from widget_api.sockets.connection import AnySocket, Incoming, Line, is_database_error
from widget_api.sockets.sessions import (
    RECHECK_SECONDS,
    accepted_socket,
    connection_slot,
    sending_messages,
)

QUEUE = 2000  # messages; a rescoring of a large business uses this queue


@websocket("/ws/dashboard")
async def dashboard_socket(socket: AnySocket) -> None:
    """Sends `ready`, then every message of the business as `{"type", "payload"}`."""
    async with accepted_socket(socket, "dashboard") as line:
        watch = DashboardSession(line)
        caller = await watch.admit()
        business = caller.business
        with connection_slot(("dashboards", business.id), limits.DASHBOARDS_OF_ONE_BUSINESS):
            async with HUB.subscribe(business.id, limit=QUEUE) as heard:
                ready = {"business": {"id": business.slug, "name": business.name}}
                await line.send("ready", ready)
                async with sending_messages(line, heard, watch.tell):
                    await watch.listen()


class DashboardSession:
    """One program or member of staff connected to a business."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.credential: str | None = None
        self.scope: Scope | None = None

    async def admit(self) -> Caller:
        """Authenticate; raises Closing. A customer's token is refused."""
        headers = self.line.socket.headers
        self.credential = self.line.presented() or _bearer(headers.get("authorization"))
        if self.credential is None and self._cookie() is None:
            self.credential = await self.line.authenticate()
        return await self._check()

    async def _check(self) -> Caller:
        if self.credential is not None:
            caller = await by_credential(self.credential, self.line.socket)
        else:
            check_same_origin(self.line.socket)
            caller = await by_session(self._cookie())
        self.scope = caller.staff()
        return caller

    async def listen(self) -> None:
        """Answer pings, and check the credential again every minute."""
        while True:
            try:
                async with asyncio.timeout(RECHECK_SECONDS):
                    said = await self.line.receive()
            except TimeoutError:
                try:
                    await self._check()
                except Exception as error:
                    if not is_database_error(error):
                        raise
                continue
            limits.SOCKET_MESSAGES.take(self.line.number)
            await self._answer(said)

    async def tell(self, heard: Subscription) -> None:
        """Send every message as it arrives."""
        async for message in heard:
            if await self._may_see(message):
                await self.line.send_raw(message.wire())

    async def _may_see(self, message: Message) -> bool:
        """Whether the message names no customer, or one in the book of the connected person."""
        if self.scope is None or self.scope.sees_all or message.is_for_every_book:
            return True
        if message.customer_id is None:
            return False  # it names a customer, but nothing says whose book that is in
        return bool(await seen_among(self.scope, [message.customer_id]))

    async def _answer(self, said: Incoming) -> None:
        if said.type == "ping":
            await self.line.send("pong", said.payload)
        else:
            problem: dict[str, Any] = {
                "error_code": "MESSAGE_UNKNOWN",
                "message": "This line only tells; it understands ping.",
                "details": {},
            }
            await self.line.send("error", problem)

    def _cookie(self) -> str | None:
        return self.line.socket.cookies.get(staff_sessions.COOKIE)


def _bearer(header: str | None) -> str | None:
    return header[7:].strip() if header and header[:7].lower() == "bearer " else None
