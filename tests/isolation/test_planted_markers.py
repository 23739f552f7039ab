"""Personal texts, credentials and files never reach a log of Pulse, NiceGUI or PostgreSQL.

A separate server is used through every call, page and socket with a marker in every text: first
normally, then with a database that refuses such texts, since that is when logs would quote them.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.tab import opened
from pulse import settings
from pulse.auth.api_keys import KEY_SCOPES, create_api_key
from pulse.auth.customer_tokens import sign_for
from pulse.auth.roles import Role
from pulse.auth.sign_in.invitations import invite
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import COOKIE
from pulse.auth.signing_keys import rotate_secret
from pulse.auth.staff import add_staff
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import app_connection, data_folder, pool
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.tables.staff import Staff
from pulse.testing.database import make_business
from pulse.testing.folders import open_folder
from tests.fixtures.orders import CATALOGUE
from tests.fixtures.pulse_process import FOREIGN
from ui.runtime.registry import discover
from widget_api.app import document

MARK = "planted"
SECRET = f"{MARK}-secret-of-the-server, long enough: 0123456789"
PASSWORD = f"{MARK} password, long enough"
EMAIL = f"{MARK}-email@staff.example"
INVITATION = f"{MARK}-invitation"
START_SECONDS = 300
READY = re.compile(r"Pulse is ready: (\S+)")
REFUSING = {"customers": "name || attributes::text", "events": "kind || properties::text",
            "customer_contexts": "note", "customer_notes": "body", "webhook_endpoints": "url",
            "imports": "file_name", "customer_disputes": "note"}  # fmt: skip
"""Constraints that forbid the marker, in the second round."""


class Driven(msgspec.Struct):
    """The server, its clients, and how much was sent."""

    url: str
    key: str = ""
    token: str = ""
    cookie: str = ""
    sent: int = 0


@pytest.mark.timeout(1200)
async def test_no_log_contains_text_sent_by_people_or_programs(long: bool, counts: Counter[str]):
    for form in ("text", "json") if long else ("text",):
        await _searched(form, counts)
    assert counts["planted: markers sent"] > 0
    assert counts["planted: lines of logs searched"] > 0


async def _searched(form: str, counts: Counter[str]) -> None:
    with open_folder() as folder:
        chosen = settings.Settings(data_dir=folder / "data", secret=SECRET)
        settings.choose(chosen)
        with _serving(folder, form) as url:
            database = EmbeddedPostgres(data_folder(chosen)).connection
            async with pool(app_connection(chosen, database)):
                driven = await _prepared(url)
                await _drive(driven)
                await _refuse(database)
                await _drive(driven)
        written = {file: file.read_text("utf-8", "replace") for file in _logs(folder)}
    everything = "\n".join(written.values())
    assert "request_handled" in everything
    assert "request_failed" in everything
    assert "violates check constraint" in everything  # PostgreSQL's own log
    for name, text in written.items():
        lines = [line for line in text.splitlines() if MARK in line]
        assert not lines, (name.name, lines[:5])
    counts["planted: markers sent"] += driven.sent
    counts["planted: lines of logs searched"] += everything.count("\n")


async def _prepared(url: str) -> Driven:
    scope = await make_business("shop", f"{MARK} business")
    async with tenant(scope) as unit:
        await scorecard_store.save_catalogue(unit, CATALOGUE)
    await rotate_secret(scope)
    await add_staff(scope, EMAIL, f"{MARK} name", Role.admin, PASSWORD)
    made = await invite(scope, f"{MARK}-invited@staff.example", f"{MARK} guest", Role.csm)
    async with tenant(scope):
        digest = sha256(INVITATION.encode()).hexdigest()
        await Staff.update({Staff.invitation_hash: digest}).where(Staff.id == made.staff_id)
    cookie, _ = await sign_in(EMAIL, PASSWORD)
    key = await create_api_key(scope, f"{MARK} key", KEY_SCOPES)
    token = await sign_for("shop", f"{MARK}-customer")
    return Driven(url, key, token, f"{COOKIE}={cookie}")


async def _drive(driven: Driven) -> None:
    headers = {"Authorization": f"Bearer {driven.key}"}
    async with httpx.AsyncClient(base_url=driven.url, headers=headers, timeout=120) as http:
        await _calls(http, driven)
        await _credentials(http, driven)
    await _sockets(driven)
    await _pages(driven)


async def _calls(http: httpx.AsyncClient, driven: Driven) -> None:
    """Send every call with the marker in path, query and every text of the body."""
    for path, calls in document()["paths"].items():
        for method, call in calls.items():
            address = path.replace("{customer_id}", f"{MARK}-customer")
            names = [one["name"] for one in call.get("parameters", []) if one["in"] == "query"]
            query = dict.fromkeys(names, f"{MARK}-query")
            content = call.get("requestBody", {}).get("content", {})
            example = content.get("application/json", {}).get("example")
            file = (f"{MARK}.csv", f"id,name,{MARK}\n1,{MARK},2\n,{MARK},\n{MARK},{MARK},x\n")
            sent: dict[str, Any] = {"json": _marked(example)} if example is not None else {}
            if "multipart/form-data" in content:
                sent = {"files": {"file": file}}
            for params in ({}, query) if query else ({},):
                await http.request(method, address, params=params, **sent)
                driven.sent += 1


async def _credentials(http: httpx.AsyncClient, driven: Driven) -> None:
    """Send valid, invalid and malformed tokens, keys, cookies and passwords everywhere."""
    broken = f"{MARK}.{MARK}.{MARK}"
    own = f"/api/customers/{MARK}-customer/identity"
    for said in (broken, f"pulse_sk_{MARK}", driven.token, driven.token + MARK):
        await http.get(own, headers={"Authorization": f"Bearer {said}"})
        await http.get(own, headers={"Authorization": f"Basic {said}"})
        await http.get(f"{own}?token={said}&email={EMAIL}")
        await http.get("/customers", headers={"Cookie": f"{COOKIE}={said}", "X-Request-ID": "!"})
        driven.sent += 4
    for password in (PASSWORD, f"{MARK} guess"):
        await http.post("/sign-in", data={"email": EMAIL, "password": password})
        await http.post("/sign-in", data={"email": password, "password": EMAIL})
        driven.sent += 2
    for token in (f"{MARK} guess", INVITATION):
        for fields in ({}, {"fresh": MARK, "again": MARK}, {"fresh": PASSWORD, "again": PASSWORD}):
            await http.post("/sign-in/invitation", data={"token": token, **fields})
            await http.get(f"/sign-in/invitation?{token}", headers={"Referer": f"/#{token}"})
            driven.sent += 2
    await http.post("/sign-in", content=f"{MARK}%zz".encode() * 20_000)
    await http.get(f"/{MARK}/%FF?{MARK}=%00")
    await http.get("/health/ready", headers={"Host": f"{MARK}.example", "X-Forwarded-For": MARK})
    driven.sent += 3


async def _sockets(driven: Driven) -> None:
    base = driven.url.replace("http", "ws")
    lines = (("/ws", driven.token), ("/ws/dashboard", driven.key), ("/ws", f"{MARK}.x.y"))
    for path, token in lines:
        for address, offered in (
            (f"{path}?token={token}", None),
            (path, ["pulse.v1", f"pulse.token.{token}"]),
        ):
            with suppress(ConnectionClosed):
                async with connect(base + address, subprotocols=offered) as socket:  # type: ignore[arg-type]
                    for kind in ("context_share", "context_withdraw", "locale", MARK, "ping"):
                        note = {"context_type": "stuck", "note": f"{MARK} words {driven.sent}"}
                        payload = {**note, "client_key": f"{MARK}-{driven.sent}", "locale": MARK}
                        await socket.send(json.dumps({"type": kind, "payload": payload}))
                        driven.sent += 1
                    await socket.send(f"{MARK} that is no message")
                    while json.loads(await socket.recv())["type"] != "pong":
                        pass


async def _pages(driven: Driven) -> None:
    """Open every page with the marker in its URL and in every event."""
    for view in discover():
        path = view.route.replace("{external_id}", f"{MARK}-customer")
        if view.demo_only:
            continue
        tab = await opened(driven.url, f"{path}?search={MARK}&segment={MARK}", driven.cookie)
        for number, element in list(tab.elements.items()):
            for listener in element["events"][:1]:
                args = [json.dumps({"id": MARK, "value": MARK}), json.dumps(MARK)]
                await tab.say("event", {
                    "id": number, "client_id": tab.client_id,
                    "listener_id": listener["listener_id"], "args": args,
                })  # fmt: skip
                driven.sent += 1
        await tab.say("log", {"client_id": tab.client_id, "level": "error", "message": MARK})
        await tab.say("javascript_response", {"client_id": tab.client_id, "request_id": MARK})
        await tab.say(MARK, {"client_id": tab.client_id})
        await tab.close()


async def _refuse(database: dict[str, Any]) -> None:
    """Make PostgreSQL refuse texts with the marker, and log the refusal."""
    import asyncpg

    owner = await asyncpg.connect(**database)
    for table, text in REFUSING.items():
        await owner.execute(
            f"ALTER TABLE {table} ADD CHECK (coalesce({text}, '') NOT LIKE '%{MARK}%') NOT VALID"
        )
    await owner.close()


def _marked(value: Any) -> Any:
    """Return the example with the marker in every free text."""
    if isinstance(value, list):
        return [_marked(one) for one in value]
    if isinstance(value, dict):
        return {name: _marked(one) for name, one in value.items()} | {MARK: MARK}
    free = isinstance(value, str) and value not in ("identify", "track", "stuck", "telephone")
    return f"{value} {MARK}" if free else value


@contextmanager
def _serving(folder: Path, form: str) -> Iterator[str]:
    """Run `pulse serve` with an embedded PostgreSQL; its output goes into a file."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    environment = own | {
        "PULSE_DATA_DIR": str(folder / "data"),
        "PULSE_SECRET": SECRET,
        "PULSE_LOG_FORMAT": form,
        "OPENAI_API_KEY": f"{MARK}-of-the-model",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",  # no server there
    }
    with (folder / "output.log").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pulse", "serve", "--port", "0"],
            stdout=output,
            stderr=output,
            env=environment,
        )
        try:
            yield _address(process, folder / "output.log")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _address(process: subprocess.Popen[bytes], output: Path) -> str:
    """Wait for the line that reports ready."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if said := READY.search(output.read_text("utf-8")):
            return said[1]
        time.sleep(0.1)
    raise RuntimeError("Pulse did not start:\n" + output.read_text("utf-8")[-3000:])


def _logs(folder: Path) -> list[Path]:
    """Return all logs: the processes' output and PostgreSQL's log."""
    found = [*folder.rglob("*.log"), *folder.rglob("log/*")]
    assert len(found) >= 2, found
    return found
