"""Access control of a running dashboard: pages, sockets, uploads and forms."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from websockets.exceptions import WebSocketException

from bench.tab import joined, opened
from pulse import settings
from pulse.auth.rate_limit import Limiter
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import COOKIE
from pulse.auth.staff import add_staff
from pulse.db.engine import app_connection, pool
from pulse.tasks import spawn
from pulse.testing.database import SECRET, make_business
from tests.fixtures.pulse_process import PulseProcess
from ui.auth import session

pytestmark = pytest.mark.slow

PASSWORD = "a long enough password"


@pytest.fixture
async def businesses(dashboard_process: PulseProcess) -> AsyncIterator[tuple[Scope, Scope]]:
    """Two businesses in the served database."""
    settings.choose(settings.Settings(secret=SECRET))
    async with pool(app_connection(settings.current(), dashboard_process.database)):
        yield await make_business(f"a{uuid4().hex[:8]}"), await make_business(f"b{uuid4().hex[:8]}")


async def cookie_of(scope: Scope, role: Role) -> tuple[str, str]:
    """Return (the cookie header, the e-mail) of a new person of this business."""
    email = f"{uuid4().hex[:8]}@staff.example"
    await add_staff(scope, email, "Somebody", role, PASSWORD)
    cookie, _ = await sign_in(email, PASSWORD)
    return f"{COOKIE}={cookie}", email


async def test_only_its_opener_can_send_events_for_a_page(
    dashboard_process: PulseProcess, businesses: tuple[Scope, Scope]
):
    mine, theirs = businesses
    admin, _ = await cookie_of(mine, Role.admin)
    viewer, _ = await cookie_of(theirs, Role.viewer)
    page = await opened(dashboard_process.url, "/customers", admin)
    finder, bell = page.find("button", "aria-keyshortcuts"), page.find("button", "aria-haspopup")
    drawn = ""

    def is_bell_open(update: dict[str, Any]) -> bool:
        nonlocal drawn
        drawn += json.dumps(update)
        return '"nicegui-dialog", "props": {"model-value": true' in drawn

    with pytest.raises((RuntimeError, WebSocketException)):
        await joined(dashboard_process.url, page.asked, viewer)  # both ids, another person
    own = await opened(dashboard_process.url, "/", viewer)
    listening = spawn(page.listen(), name="admin's page")
    heard = spawn(own.listen(), name="viewer's page")
    await own.say("event", page.event(finder, "click", []))
    await own.say("event", "not an object")
    await own.say("log", {"client_id": own.client_id, "level": "error", "message": "planted"})
    opening = spawn(page.until(is_bell_open), name="the bell")
    await page.click(bell, "click", [])
    await opening
    assert "pl-finder__item" not in drawn
    opening = spawn(page.until(lambda update: "pl-finder__item" in json.dumps(update)), name="list")
    await page.click(finder, "click", [])  # so the click itself would have shown something
    await opening
    for tab, task in ((page, listening), (own, heard)):
        await tab.close()
        await asyncio.wait([task])
    async with httpx.AsyncClient(base_url=dashboard_process.url, timeout=60) as http:
        answer = await http.post(
            f"/_nicegui/client/{page.client_id}/upload/1",
            files={"file": b"x"},
            headers={"Cookie": viewer},
        )
    assert answer.status_code == 404


async def _declared(url: str, length: int) -> bytes:
    """Return the status line that answers a form with this declared length."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /sign-in HTTP/1.1\r\nHost: pulse.example\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: %d\r\n\r\n--x\r\n" % length
    )
    status = await asyncio.wait_for(reader.readline(), 60)
    writer.close()
    await writer.wait_closed()
    return status


async def test_unknown_paths_build_no_page(dashboard_process: PulseProcess):
    async with httpx.AsyncClient(base_url=dashboard_process.url, timeout=60) as http:
        for path in (
            "/_nicegui/",
            "/_nicegui/x.js",
            "/_nicegui/9/components/x",
            "/assets/none.css",
        ):
            answer = await http.get(path)
            assert answer.status_code == 404
            assert "<html" not in answer.text
        assert (await http.post("/_nicegui/client/x/upload/1")).status_code == 401


async def _pieces_taken(url: str, target: str, first: bytes) -> tuple[bytes, int]:
    """(status line, MiB sent until the server hung up) of a body of 500 MiB without a length."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST {target} HTTP/1.1\r\nHost: {host}:{port}\r\nTransfer-Encoding: chunked\r\n".encode()
        + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        + (b"%x\r\n%s\r\n" % (len(first), first) if first else b"")
    )
    status = await asyncio.wait_for(reader.readline(), 60) if first else b""
    sent = 0
    try:
        while sent < 500:
            writer.write(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
            await asyncio.wait_for(writer.drain(), 60)
            sent += 1
        status = status or await asyncio.wait_for(reader.readline(), 60)
    except ConnectionError:
        pass  # the server hung up, as it should
    writer.transport.abort()
    return status, sent


@pytest.mark.parametrize(
    ("target", "first"),
    [
        ("/sign-in", b""),  # longer than a form may be
        ("/sign-in", b"--y\r\nno form of this boundary"),  # answered 400 after the first piece
        ("/nowhere", b"x"),  # answered before anything is read
        ("/api/nowhere", b"x"),
    ],
)
async def test_a_body_of_500_megabytes_is_not_read_to_its_end(
    dashboard_process: PulseProcess, target: str, first: bytes
):
    assert b" 413 " in await _declared(dashboard_process.url, 500 << 20)
    status, sent = await _pieces_taken(dashboard_process.url, target, first)
    assert b" 200 " not in status
    assert sent < 100
    async with httpx.AsyncClient(base_url=dashboard_process.url) as http:
        assert (await http.get("/sign-in")).status_code == 200


async def test_a_new_sign_in_ends_the_old_session_and_proxies_are_respected(
    dashboard_process: PulseProcess, businesses: tuple[Scope, Scope]
):
    first, email = await cookie_of(businesses[0], Role.csm)
    form = {"email": email, "password": PASSWORD}
    async with httpx.AsyncClient(base_url=dashboard_process.url, timeout=60) as http:
        answer = await http.post("/sign-in", data=form, headers={"Cookie": first})
        assert answer.status_code == 303
        assert "pulse_device=" in str(answer.headers.get_list("set-cookie"))
        assert answer.headers["strict-transport-security"]
        assert (await http.get("/", headers={"Cookie": first})).status_code == 303  # to sign-in
        wrong = {"email": email, "password": "guess"}
        http.cookies.clear()
        answers = [
            await http.post("/sign-in", data=wrong, headers={"X-Forwarded-For": "203.0.113.5"})
            for _ in range(11)
        ]
        assert [one.status_code for one in answers] == [401] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) > 1
        elsewhere = await http.post(
            "/sign-in", data=form, headers={"X-Forwarded-For": "203.0.113.6"}
        )
        assert elsewhere.status_code == 303


@pytest.mark.parametrize("origin", ["https://evil.example", "http://pulse.example", "null"])
async def test_sign_in_from_another_origin_is_refused(dashboard_process: PulseProcess, origin: str):
    async with httpx.AsyncClient(base_url=dashboard_process.url, timeout=60) as http:
        answer = await http.post("/sign-in", data={"email": "x"}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/customers?search=%00", "/customers/%ff", "/sign-in?next=%C3"])
async def test_nul_characters_and_broken_text_are_refused(
    dashboard_process: PulseProcess, path: str
):
    async with httpx.AsyncClient(base_url=dashboard_process.url, timeout=60) as http:
        answer = await http.get(path)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_INPUT"


async def test_pages_and_exports_of_one_person_have_a_limit(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
):
    app = FastAPI()
    app.add_middleware(session.Guard)
    app.get("/{path:path}")(lambda: "page")
    monkeypatch.setattr(session, "_pages", Limiter(burst=2, per_second=0.1))
    monkeypatch.setattr(session, "_exports", Limiter(burst=1, per_second=0.1))
    cookie, _ = await cookie_of(shop, Role.viewer)
    headers = {"Cookie": cookie, "Accept": "text/html"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as http:
        pages = [await http.get("/", headers=headers) for _ in range(3)]
        files = [await http.get("/export/customers.csv", headers=headers) for _ in range(2)]
        monkeypatch.setattr(session, "_pages", Limiter(burst=2, per_second=0.1))
        monkeypatch.setattr(session, "pages_of", lambda _: session.MOST_PAGES)
        full = await http.get("/", headers=headers)
    assert [answer.status_code for answer in (*pages, *files, full)] == [
        200,
        200,
        429,
        200,
        429,
        429,
    ]
    assert int(pages[-1].headers["retry-after"]) > 0
    assert pages[0].headers["cache-control"] == "no-store"
