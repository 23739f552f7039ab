"""Common behaviour of all handlers: envelopes, origins, limits, docs, health, files."""

import gzip
import re
from base64 import b64encode
from hashlib import sha384
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from loguru import logger

from pulse import logs, settings, widget_release
from pulse.auth.api_keys import create_api_key
from pulse.auth.businesses import forget_businesses
from pulse.auth.scope import Scope
from pulse.db.transaction import system
from tests.widget_api.conftest import SignedToken, bearer
from widget_api import bundle, limits
from widget_api.middleware import Edge

pytestmark = pytest.mark.slow


async def test_unknown_paths_and_methods_answer_in_the_envelope(client: httpx.AsyncClient):
    for method, path, status, code in (
        ("GET", "/api/nothing", 404, "NOT_FOUND"),
        ("PATCH", "/health/live", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/customers/c1/identity", 401, "UNAUTHENTICATED"),
    ):
        answer = await client.request(method, path)
        assert answer.status_code == status
        assert answer.json()["error_code"] == code
        assert set(answer.json()) == {"error_code", "message", "details"}


NESTED = b'{"customer_id": "c1", "event": "x", "properties": {"a": ' + b"[" * 5000 + b"]" * 5000


@pytest.mark.parametrize(
    ("body", "packing", "status", "words"),
    [
        (b"", "identity", 400, "Send a JSON object as the body."),
        (b'{"customer_id": "c1", "event": "\xff\xfe"}', "identity", 400, "UTF-8"),
        (NESTED + b"}}", "identity", 400, "nested"),
        (b" " * 2_100_000, "identity", 413, "larger"),
        (gzip.compress(b" " * 20_100_000), "gzip", 413, "larger"),
        (gzip.compress(b'{"customer_id": "c1", "event": "x"}')[:-9], "gzip", 400, "too early"),
        (b"{}", "br", 415, "gzip"),
    ],
    ids=["nothing", "letters", "well", "large", "bomb", "cut", "brotli"],
)
async def test_an_invalid_body_is_refused_with_a_reason(
    client: httpx.AsyncClient, key: str, body: bytes, packing: str, status: int, words: str
):
    headers = {**bearer(key), "Content-Type": "application/json", "Content-Encoding": packing}
    answer = await client.post("/api/track", content=body, headers=headers)
    assert (answer.status_code, words in answer.json()["message"]) == (status, True), answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/customers?search=%00"),
        ("GET", "/api/customers?tag=a%00b"),
        ("GET", "/api/customers/a%00b/identity"),
        ("GET", "/api/customers/a%00b/data"),
        ("DELETE", "/api/customers/a%00b"),
    ],
)
async def test_a_nul_character_is_refused_everywhere(
    client: httpx.AsyncClient, shop: Scope, method: str, path: str
):
    key = await create_api_key(shop, "all", ["read", "write", "erase"])
    answer = await client.request(method, path, headers=bearer(key))
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_INPUT"


async def test_health(client: httpx.AsyncClient):
    assert (await client.get("/health/live")).json() == {"data": {"status": "alive"}}
    ready = await client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["data"]["parts"] == {"database": True, "disk": True, "live": True}


async def test_metrics_count_routes_and_no_ids(client: httpx.AsyncClient, token: SignedToken):
    await client.get("/api/customers/c-secret-id/identity", headers=bearer(await token()))
    text = (await client.get("/metrics")).text
    assert 'route="/api/customers/{customer_id}/identity"' in text
    assert "c-secret-id" not in text


async def test_the_docs_load_no_external_resources(client: httpx.AsyncClient):
    page = await client.get("/api/docs")
    assert page.status_code == 200
    assert "read_identity" in page.text
    drawn = re.sub(r"<pre>[^<]*</pre>", "", page.text)  # examples contain URLs, as text
    assert "http://" not in drawn
    assert "https://" not in drawn
    assert "<script" not in page.text
    document = (await client.get("/api/docs/openapi.json")).json()
    assert "/api/customers/{customer_id}/identity" in document["paths"]
    assert "/metrics" not in document["paths"]


async def test_the_widget_script_is_cached_compressed_and_open_to_all_pages(
    client: httpx.AsyncClient,
):
    first = await client.get("/widget/v1/pulse.js", headers={"accept-encoding": "gzip"})
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["access-control-allow-origin"] == "*"
    again = await client.get(
        "/widget/v1/pulse.js", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    hashed = (await client.get("/widget/v1/integrity")).json()["data"]
    assert hashed["integrity"].startswith("sha384-")
    assert hashed["bytes"] == len(first.content)


async def test_a_page_can_pin_a_version_with_its_hash(client: httpx.AsyncClient):
    hashed = (await client.get("/widget/v1/integrity")).json()["data"]
    version = await client.get(hashed["path"])
    assert hashed["path"] == f"/widget/v{hashed['version']}/pulse.js"
    digest = b64encode(sha384(version.content).digest()).decode()
    assert hashed["integrity"] == f"sha384-{digest}"
    assert version.headers["access-control-allow-origin"] == "*"
    released = (widget_release.RELEASES / f"v{hashed['version']}").is_dir()
    assert ("immutable" in version.headers["cache-control"]) == released
    head = await client.head(hashed["path"])
    assert (head.status_code, head.headers["etag"]) == (200, version.headers["etag"])
    missing = await client.get("/widget/v0.0.9/pulse.js")
    assert missing.status_code == 404
    assert "v0.0.9" in missing.json()["message"]


async def test_a_released_version_never_changes(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "v1.2.3").mkdir()
    (tmp_path / "v1.2.3" / "pulse-widget.js").write_text("old();")
    monkeypatch.setattr(bundle, "RELEASES", tmp_path)
    answer = await client.get("/widget/v1.2.3/pulse.js")
    assert answer.text == "old();"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_the_types_and_the_pages_of_an_old_release_are_served(client: httpx.AsyncClient):
    types = await client.get("/widget/v1/pulse-widget.d.ts")
    assert "interface PulseOptions" in types.text
    pages = await client.get("/widget/v1.4.0/pages.js")
    assert pages.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("name", ["..%2f..%2fpackage.json", "xx.json", "en.js", "..", "%00"])
async def test_only_built_files_are_served(client: httpx.AsyncClient, name: str):
    assert (await client.get(f"/widget/v1/locales/{name}")).status_code == 404


async def allow(shop: Scope, *origins: str, required: bool = False) -> None:
    async with system() as unit:
        await unit.execute(
            "UPDATE businesses SET allowed_origins = $2, settings = $3 WHERE id = $1",
            shop.business_id,
            list(origins),
            {"origin_required": required},
        )
    forget_businesses()


async def test_a_listed_origin_can_call_and_read_the_answer(
    client: httpx.AsyncClient, shop: Scope, token: SignedToken
):
    await allow(shop, "https://shop.example")
    origin = {"Origin": "https://shop.example"}
    preflight = await client.options(
        "/api/customers/c1/identity",
        headers={**origin, "Access-Control-Request-Method": "GET"},
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in preflight.headers
    answer = await client.get(
        "/api/customers/c1/identity", headers={**origin, **bearer(await token())}
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["vary"] == "Origin"
    refused = await client.get("/api/customers/c1/identity", headers=origin)
    assert refused.headers["access-control-allow-origin"] == "https://shop.example"  # sees the 401


async def test_an_unlisted_origin_gets_no_answer(
    client: httpx.AsyncClient, shop: Scope, token: SignedToken
):
    await allow(shop, "https://shop.example")
    for origin in ("https://evil.example", "null", "https://shop.example.evil.example"):
        answer = await client.get(
            "/api/customers/c1/identity", headers={"Origin": origin, **bearer(await token())}
        )
        assert answer.status_code == 403
        assert answer.json()["error_code"] == "ORIGIN_NOT_ALLOWED"
        assert "access-control-allow-origin" not in answer.headers


async def test_another_business_page_is_refused_by_this_business(
    client: httpx.AsyncClient, shop: Scope, other_shop: Scope, token: SignedToken
):
    await allow(other_shop, "https://other.example")
    answer = await client.get(
        "/api/customers/c1/identity",
        headers={"Origin": "https://other.example", **bearer(await token())},
    )
    assert answer.status_code == 403


async def test_no_origin_is_fine_unless_the_business_requires_one(
    client: httpx.AsyncClient, shop: Scope, token: SignedToken
):
    headers = bearer(await token())
    assert (await client.get("/api/customers/c1/identity", headers=headers)).status_code == 200
    await allow(shop, required=True)
    assert (await client.get("/api/customers/c1/identity", headers=headers)).status_code == 403


async def test_our_own_pages_are_always_fine(client: httpx.AsyncClient, token: SignedToken):
    answer = await client.get(
        "/api/customers/c1/identity",
        headers={"Origin": "http://pulse.test", **bearer(await token())},
    )
    assert answer.status_code == 200


async def test_too_many_requests_get_a_retry_time(
    client: httpx.AsyncClient, token: SignedToken, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits.CUSTOMER_REQUESTS, "burst", 3)
    monkeypatch.setattr(limits.CUSTOMER_REQUESTS, "per_second", 0.01)
    headers = bearer(await token())
    answers = [await client.get("/api/customers/c1/identity", headers=headers) for _ in range(4)]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["error_code"] == "RATE_LIMITED"
    assert int(answers[-1].headers["retry-after"]) >= 1
    others = await client.get("/api/customers/c2/identity", headers=bearer(await token("c2")))
    assert others.status_code == 200


async def test_metrics_are_for_this_machine_or_a_token(client: httpx.AsyncClient, api: Edge):
    assert (await client.get("/metrics")).status_code == 200
    far = httpx.ASGITransport(app=api, client=("203.0.113.9", 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=far, base_url="http://pulse.test") as stranger:
        assert (await stranger.get("/metrics")).status_code == 401
        settings.choose(msgspec.structs.replace(settings.current(), metrics_token="t" * 32))
        assert (await stranger.get("/metrics", headers=bearer("wrong"))).status_code == 401
        assert (await stranger.get("/metrics", headers=bearer("t" * 32))).status_code == 200


async def test_an_answer_has_an_id_that_its_line_in_the_log_has_too(
    client: httpx.AsyncClient, token: SignedToken, shop: Scope
):
    lines: list[dict[str, Any]] = []
    sink = logger.add(lambda line: lines.append(line.record["extra"]), level="DEBUG")
    try:
        headers = bearer(await token())
        given = await client.get(
            "/api/customers/c1/identity", headers=headers | {"X-Request-ID": "from-the-proxy.1"}
        )
        made = await client.get("/api/customers/c1/identity", headers={"X-Request-ID": "no id"})
    finally:
        logger.remove(sink)
    assert given.headers["x-request-id"] == "from-the-proxy.1"
    assert len(made.headers["x-request-id"]) == 32
    handled = {line["request_id"]: line for line in lines if "route" in line}
    assert handled["from-the-proxy.1"]["business_id"] == str(shop.business_id)
    assert "business_id" not in handled[made.headers["x-request-id"]]


async def test_the_figures_of_the_pool_and_the_log(client: httpx.AsyncClient):
    logs.event("import_finished", status="done")
    logs.event("webhook_attempted", delivered=False)
    text = (await client.get("/metrics")).text
    for line in (
        'pulse_pool_connections{state="most"} 20.0',
        "pulse_pool_waiting 0.0",
        'pulse_imports_total{status="done"}',
        'pulse_webhooks_total{delivered="false"}',
        "pulse_live_lag_seconds_count",
    ):
        assert line in text
