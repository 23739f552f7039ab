"""Importing over REST: examine, start, follow, errors; also webhooks and personal data."""

from typing import Any

import httpx
import msgspec
import pytest

from pulse.auth.api_keys import create_api_key
from pulse.auth.scope import Scope
from tests.fixtures.jobs import queue_is_empty, working
from tests.widget_api.conftest import SignedToken, bearer

pytestmark = pytest.mark.slow

LIST = b"Customer ID,Name,Orders\n1,Ann,3\n2,Bob,4\n3,Cid,many\n" + b"".join(
    f"{n},N{n},{n}\n".encode() for n in range(10, 60)
)


async def finished(client: httpx.AsyncClient, answer: httpx.Response, key: str) -> dict[str, Any]:
    """Return the import after its job has ended."""
    assert answer.status_code == 202, answer.text
    async with working():
        await queue_is_empty()
    state = await client.get(answer.json()["data"]["location"], headers=bearer(key))
    found: dict[str, Any] = state.json()["data"]
    return found


async def test_a_raw_body_is_imported_by_the_guessed_mapping(
    client: httpx.AsyncClient, key: str
) -> None:
    headers = {**bearer(key), "content-type": "text/csv"}
    answer = await client.post("/api/customers/upload", content=LIST, headers=headers)
    state = await finished(client, answer, key)
    assert (state["status"], state["rows_new"], state["rows_rejected"]) == ("done", 52, 1)
    assert "file_path" not in state
    errors = await client.get(f"/api/imports/{state['id']}/errors", headers=bearer(key))
    assert errors.headers["content-type"].startswith("text/csv")
    assert "4,Orders: “many” is not a number,3,Cid,many" in errors.text
    history = await client.get("/api/imports", headers=bearer(key))
    assert [one["id"] for one in history.json()["data"]] == [state["id"]]
    undo = await client.post(f"/api/imports/{state['id']}/undo", headers=bearer(key))
    assert undo.status_code == 403  # a program may import, but only a manager may undo


async def test_a_form_brings_its_own_mapping(client: httpx.AsyncClient, key: str) -> None:
    mapping = {"columns": [{"column": "Customer ID", "role": "id"}, {"column": "Name"}]}
    answer = await client.post(
        "/api/customers/upload",
        files={"file": ("list.csv", LIST)},
        data={"mapping": msgspec.json.encode(mapping).decode()},
        headers=bearer(key),
    )
    state = await finished(client, answer, key)
    assert (state["file_name"], state["rows_new"], state["rows_rejected"]) == ("list.csv", 53, 0)
    assert state["problem"].startswith("Imported, but not scored: No metric can be judged")


async def test_a_file_is_examined_first_and_imported_by_a_corrected_mapping(
    client: httpx.AsyncClient, key: str
) -> None:
    answer = await client.post(
        "/api/imports/examination", files={"file": ("list.csv", LIST)}, headers=bearer(key)
    )
    assert answer.status_code == 200, answer.text
    seen = answer.json()["data"]
    assert seen["examination"]["rows"] == 53
    assert len(seen["examination"]["preview"]) == 50
    mapping = seen["examination"]["mapping"]
    mapping["on_error"] = "stop"
    started = await client.post(
        "/api/imports",
        json={"upload_id": seen["upload_id"], "mapping": mapping},
        headers=bearer(key),
    )
    state = await finished(client, started, key)
    assert (state["status"], state["rows_new"]) == ("stopped", 0)


async def test_a_file_without_a_table_is_refused_with_a_reason(
    client: httpx.AsyncClient, key: str
) -> None:
    for content, code in ((b"", "FILE_EMPTY"), (b"%PDF-1.7 x", "FILE_NOT_A_TABLE")):
        answer = await client.post(
            "/api/customers/upload",
            content=content,
            headers={**bearer(key), "content-type": "text/csv"},
        )
        assert (answer.status_code, answer.json()["error_code"]) == (400, code)
    nothing = await client.post("/api/customers/upload", data={"x": "1"}, headers=bearer(key))
    assert nothing.status_code == 400


async def test_an_upload_of_another_business_is_not_found(
    client: httpx.AsyncClient, key: str, other_shop: Scope
) -> None:
    answer = await client.post(
        "/api/imports/examination", files={"file": ("a.csv", LIST)}, headers=bearer(key)
    )
    seen = answer.json()["data"]
    foreign = await create_api_key(other_shop, "other", ["read", "write"])
    for upload_id in (seen["upload_id"], "../../etc/passwd", "0" * 32):
        started = await client.post(
            "/api/imports",
            json={"upload_id": upload_id, "mapping": seen["examination"]["mapping"]},
            headers=bearer(foreign),
        )
        assert (started.status_code, started.json()["error_code"]) == (404, "UPLOAD_GONE")


async def test_customers_and_read_keys_cannot_import(
    client: httpx.AsyncClient, shop: Scope, token: SignedToken
) -> None:
    reader = await create_api_key(shop, "reader", ["read"])
    for credential in (reader, await token("c1")):
        answer = await client.post(
            "/api/customers/upload",
            content=LIST,
            headers={**bearer(credential), "content-type": "text/csv"},
        )
        assert answer.status_code == 403


async def test_a_customer_exports_their_data_and_requests_erasure(
    client: httpx.AsyncClient, token: SignedToken, key: str
) -> None:
    mine = bearer(await token("c1"))
    data = (await client.get("/api/customers/c1/data", headers=mine)).json()["data"]
    assert data["profile"]["external_id"] == "c1"
    assert "notes" not in data
    assert (await client.get("/api/customers/c2/data", headers=mine)).status_code == 404
    asked = await client.post("/api/customers/c1/erasure-request", headers=mine)
    assert asked.status_code == 202
    assert (await client.delete("/api/customers/c1", headers=mine)).status_code == 403
    assert (await client.delete("/api/customers/c1", headers=bearer(key))).status_code == 403


async def test_webhook_endpoints_are_for_admins(client: httpx.AsyncClient, key: str) -> None:
    answer = await client.get("/api/webhook-endpoints", headers=bearer(key))
    assert answer.status_code == 403


async def test_settings_of_a_file_precede_detected_ones(
    client: httpx.AsyncClient, key: str
) -> None:
    text = (
        "Kundennr;Name;Umsatz;Letzter Login\n1;Jörg;1.000;03.04.2025 10:00\n2;Bo;2.500;05.04.2025\n"
    )
    headers = {**bearer(key), "content-type": "text/csv"}
    said = {"decimal": ".", "date_order": "mdy", "encoding": "cp1252", "source": "shop",
            "time_zone": "Europe/Berlin", "blanks": "clear"}  # fmt: skip
    answer = await client.post(
        "/api/imports/examination", content=text.encode("cp1252"), headers=headers, params=said
    )
    assert answer.status_code == 200, answer.text
    mapping = answer.json()["data"]["examination"]["mapping"]
    columns = {column["column"]: column for column in mapping["columns"]}
    assert columns["Umsatz"].get("decimal", ".") == "."
    assert columns["Letzter Login"]["date_order"] == "mdy"
    assert mapping["reading"] == {"encoding": "cp1252"}
    assert (mapping["source"], mapping["blanks"]) == ("shop", "clear")
    assert mapping["time_zone"] == "Europe/Berlin"
    answer = await client.post(
        "/api/customers/upload", content=text.encode("cp1252"), headers=headers, params=said
    )
    state = await finished(client, answer, key)
    assert (state["status"], state["rows_new"]) == ("done", 2)
    customer = await client.get("/api/customers/1", headers=bearer(key))
    attributes = customer.json()["data"]["attributes"]
    assert (attributes["umsatz"], attributes["letzter_login"]) == (1, "2025-03-04T09:00:00Z")


async def test_unreadable_cells_are_left_empty_and_reported(
    client: httpx.AsyncClient, key: str
) -> None:
    rows = "".join(f"{n},N{n},{n * 10}\n" for n in range(10, 40))
    text = f"Customer ID,Name,Shoe size\n1,Ann,forty\n{rows}"
    headers = {**bearer(key), "content-type": "text/csv"}
    answer = await client.post("/api/customers/upload", content=text.encode(), headers=headers)
    state = await finished(client, answer, key)
    assert (state["rows_new"], state["rows_rejected"]) == (31, 0)
    assert state["unread"] == [{"column": "Shoe size", "count": 1, "examples": [[2, "forty"]]}]
    wrong = await client.post(
        "/api/customers/upload", content=b"a,b\n1,2\n", headers=headers, params={"encoding": "moon"}
    )
    assert wrong.status_code == 400
    assert "There is no encoding" in wrong.json()["message"]


async def test_custom_fields_are_set_and_read_over_rest(
    client: httpx.AsyncClient, key: str
) -> None:
    field = {"name": "Orders", "type": "text"}
    answer = await client.put("/api/custom-fields", json=field, headers=bearer(key))
    assert (answer.status_code, answer.json()["data"]) == (200, field)
    listed = await client.get("/api/custom-fields", headers=bearer(key))
    assert listed.json()["data"] == [field]
    seen = await client.post(
        "/api/imports/examination",
        content=LIST,
        headers={**bearer(key), "content-type": "text/csv"},
    )
    columns = seen.json()["data"]["examination"]["mapping"]["columns"]
    assert next(c for c in columns if c["column"] == "Orders").get("type", "text") == "text"
    assert (
        await client.delete("/api/custom-fields/orders", headers=bearer(key))
    ).status_code == 204
    assert (
        await client.delete("/api/custom-fields/orders", headers=bearer(key))
    ).status_code == 404
