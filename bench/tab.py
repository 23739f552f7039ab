"""A dashboard tab without a browser: loads the page over HTTP and speaks NiceGUI's socket.

Engine.IO 4 and Socket.IO 5 in text frames: enough to show and click a page, and light enough for
hundreds of tabs beside the server on one machine.
"""

import ast
import asyncio
import html
import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

ELEMENTS = re.compile(r"createApp\(parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
QUERY = re.compile(r"^\s*query: (\{.*\}),$", re.MULTILINE)
ACKNOWLEDGE_EVERY = 20  # messages; browsers acknowledge every three seconds

Elements = dict[int, dict[str, Any]]
Update = dict[str, Any]


class Tab:
    """An open page: its elements as sent by the server, updated over its socket."""

    def __init__(
        self, path: str, elements: Elements, asked: dict[str, Any], socket: ClientConnection
    ) -> None:
        self.path = path
        self.elements = elements
        self.asked = asked
        self.client_id = str(asked["client_id"])
        self.clicks = 0
        self.updates = 0
        self.bytes = 0
        self.cookies: dict[str, str] = {}
        """The cookies set by the page's response."""
        self.times: list[float] = []
        """The times of the updates, by time.perf_counter."""
        self._socket = socket
        self._awaited: list[tuple[Callable[[Update], bool], asyncio.Future[None]]] = []

    async def listen(self) -> None:
        """Process the server's messages until the socket closes."""
        async for said in self._socket:
            text = str(said)
            self.bytes += len(text)
            if text == "2":
                await self._socket.send("3")
            elif text.startswith("42"):
                await self._heard(*msgspec.json.decode(text[2:]))

    async def click(self, element: int, event: str, args: list[Any]) -> None:
        """Send an event of an element to the server: a click, a sort request, a typed text."""
        await self.say("event", self.event(element, event, args))

    async def close(self) -> None:
        """Close the page."""
        await self._socket.close()

    def event(self, element: int, event: str, args: list[Any]) -> dict[str, Any]:
        """The message that `click` sends."""
        listener = next(one for one in self.elements[element]["events"] if one["type"] == event)
        return {
            "id": element,
            "client_id": self.client_id,
            "listener_id": listener["listener_id"],
            "args": [json.dumps(arg) for arg in args],
        }

    async def until(self, shown: Callable[[Update], bool], within: float = 30) -> None:
        """Wait for an update that satisfies `shown`; raises TimeoutError when none comes."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited.append((shown, future))
        async with asyncio.timeout(within):
            await future

    def find(self, tag: str, words: str = "") -> int:
        """The first element with this tag whose properties or text contain these words."""
        for number, element in self.elements.items():
            if element["tag"] == tag and words in json.dumps(element):
                return number
        raise LookupError(f"no {tag} with “{words}” on this page")

    async def _heard(self, kind: str, data: Update) -> None:
        if kind != "update":
            return
        self.updates += 1
        self.times.append(time.perf_counter())
        given = {int(key): value for key, value in data.items() if key != "_id"}
        self.elements |= {key: _whole(value) for key, value in given.items() if value}
        for waiting in list(self._awaited):
            shown, future = waiting
            if shown(data):
                self._awaited.remove(waiting)
                if not future.done():
                    future.set_result(None)
        if self.updates % ACKNOWLEDGE_EVERY == 0:
            await self.say("ack", {"client_id": self.client_id, "next_message_id": data["_id"] + 1})

    async def say(self, kind: str, data: Any) -> None:
        """Send a NiceGUI message."""
        await self._socket.send("42" + json.dumps([kind, data]))


def _whole(element: dict[str, Any]) -> dict[str, Any]:
    """An element as sent; empty fields are left out on the wire."""
    return {"tag": "", "events": [], "props": {}, **element}


async def opened(base: str, path: str, cookie: str) -> Tab:
    """Load a page with this session cookie and connect its socket; the caller listens."""
    headers = {"Cookie": cookie}
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.get(base + path, headers=headers)
    answer.raise_for_status()
    page = ELEMENTS.search(answer.text)
    query = QUERY.search(answer.text)
    if not page or not query:
        raise RuntimeError(f"{path} is not a page of the dashboard")
    asked = ast.literal_eval(query[1]) | {
        "tab_id": str(uuid.uuid4()),
        "document_id": str(uuid.uuid4()),
    }
    # a proxy's cookie, for affinity
    given = [f"{name}={value}" for name, value in answer.cookies.items()]
    socket = await joined(base, asked, "; ".join([cookie, *given]))
    drawn = json.loads(html.unescape(page[1]))
    elements = {int(key): _whole(value) for key, value in drawn.items()}
    tab = Tab(path, elements, asked, socket)
    tab.cookies = dict(answer.cookies.items())
    return tab


async def joined(base: str, asked: dict[str, Any], cookie: str) -> ClientConnection:
    """The socket of a page, by the ids in it; raises RuntimeError when it is refused."""
    words = "&".join(f"{key}={_plain(value)}" for key, value in asked.items() if value is not None)
    socket = await connect(
        f"{base.replace('http', 'ws')}/_nicegui_ws/socket.io/?EIO=4&transport=websocket&{words}",
        additional_headers={"Cookie": cookie},
        compression=None,
        ping_interval=None,
        max_size=None,
        open_timeout=60,
    )
    await socket.recv()  # 0{…}: Engine.IO is open
    await socket.send("40")
    welcome = str(await socket.recv())
    if not welcome.startswith("40"):
        await socket.close()
        raise RuntimeError(f"the socket was refused: {welcome[:200]}")
    return socket


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
