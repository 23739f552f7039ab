"""Export of personal data, and erasure without a trace."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.customers import privacy
from pulse.customers.filters import CustomerFilter
from pulse.customers.ingestion.ingest import ingest
from pulse.db.transaction import tenant
from pulse.errors import NotAllowed, NotFound
from pulse.imports import export as file_export
from pulse.imports.runner import import_file
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.webhooks import outbox

NEEDLES = ("needle-17", "Nadia Needle", "nadia@example.com", "my needle words")


@pytest.fixture
async def known(shop: Scope, tmp_path: Path) -> Scope:
    """A shop with every kind of data about Nadia, and one other customer."""
    path = tmp_path / "list.csv"
    path.write_text(
        "id,name,email,plan\nneedle-17,Nadia Old,nadia@example.com,a\nneedle-17,Nadia Twice,,b\n"
        "other,Otto,,a\n"
    )
    columns = (
        ColumnMapping("id", "id"),
        ColumnMapping("name", "name"),
        ColumnMapping("email", "email"),
        ColumnMapping("plan", "attribute", "category"),
    )
    await import_file(shop, path, Mapping(columns))
    path.write_text("id,name,email,plan\nneedle-17,Nadia Needle,nadia@example.com,b\n")
    await import_file(shop, path, Mapping(columns))
    await ingest(shop, [{"type": "track", "userId": "needle-17", "event": "order", "amount": 5}])
    async with tenant(shop) as unit:
        customer_id = await unit.fetchval(
            "SELECT id FROM customers WHERE external_id = 'needle-17'"
        )
        await unit.execute(
            "INSERT INTO customer_contexts (business_id, customer_id, context_type, note, "
            "shared_at, expires_at) VALUES ($1, $2, 'own_words', 'my needle words', $3, $3)",
            shop.business_id,
            customer_id,
            datetime(2026, 1, 1, tzinfo=UTC),
        )
        await unit.execute(
            "INSERT INTO customer_notes (business_id, customer_id, body) "
            "VALUES ($1, $2, 'Nadia Needle is nice')",
            shop.business_id,
            customer_id,
        )
        await unit.execute(
            "INSERT INTO webhook_endpoints (business_id, url, event_kinds, secret_sealed) "
            "VALUES ($1, 'https://example.com', '{card.created}', 'x')",
            shop.business_id,
        )
        await outbox.emit(unit, "card.created", [{"customer_id": "needle-17"}])
    return shop


async def traces(database: dict[str, Any]) -> dict[str, int]:
    """Return rows of any table that contain one of these texts."""
    connection = await asyncpg.connect(**database)
    try:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "AND table_type = 'BASE TABLE'"
        )
        found = {}
        for (table,) in tables:
            count = await connection.fetchval(
                f"SELECT count(*) FROM {table} t WHERE t::text ILIKE ANY($1::text[])",
                [f"%{needle}%" for needle in NEEDLES],
            )
            if count:
                found[table] = count
        return found
    finally:
        await connection.close()


async def test_after_an_erasure_no_table_holds_a_trace(
    known: Scope, database: dict[str, Any]
) -> None:
    assert len(await traces(database)) >= 6
    await privacy.erase(known, "needle-17", "they asked")
    assert await traces(database) == {}
    async with tenant(known) as unit:
        assert await unit.fetchval("SELECT count(*) FROM customers") == 1
        audited = await unit.fetchrow(
            "SELECT subject, reason FROM audit_entries WHERE action = 'customer.erased'"
        )
    assert audited["reason"] == "they asked"


async def test_the_staff_s_copy_holds_everything_and_is_audited(known: Scope) -> None:
    data = await privacy.personal_data(known, "needle-17")
    assert data["profile"]["attributes"] == {"plan": "b"}
    assert [event["kind"] for event in data["events"]] == ["order"]
    assert data["notes"][0]["body"] == "Nadia Needle is nice"
    async with tenant(known) as unit:
        assert await unit.fetchval(
            "SELECT count(*) FROM audit_entries WHERE action = 'customer.exported'"
        )


async def test_a_customer_s_own_copy_leaves_out_what_the_business_keeps(known: Scope) -> None:
    async with tenant(known) as unit:
        customer_id = await unit.fetchval(
            "SELECT id FROM customers WHERE external_id = 'needle-17'"
        )
    herself = Scope.for_customer(known.business_id, customer_id)
    data = await privacy.personal_data(herself, "needle-17")
    assert set(data) == {
        "exported_at", "profile", "events", "shared_states", "strength_history", "milestones",
        "disputes", "page_views_by_staff", "former_ids",
    }  # fmt: skip
    assert not {"value", "segment", "tags", "pulse_rating", "coverage"} & set(data["profile"])
    with pytest.raises(NotFound):
        await privacy.personal_data(herself, "other")
    with pytest.raises(NotAllowed):
        await privacy.erase(herself, "needle-17")


async def test_an_erasure_request_is_shown_to_staff(known: Scope) -> None:
    await privacy.ask_erasure(known, "needle-17")
    async with tenant(known) as unit:
        asked = await unit.fetchval(
            "SELECT erasure_asked_at FROM customers WHERE external_id = 'needle-17'"
        )
    assert asked is not None


async def test_only_managers_erase(known: Scope) -> None:
    csm = Scope(known.business_id, Actor("staff", None, "Cleo"), Role.csm)
    with pytest.raises(NotAllowed):
        await privacy.erase(csm, "needle-17")


async def test_an_exported_list_is_what_the_filter_shows_and_runs_no_formula(
    known: Scope, make_customer: Any
) -> None:
    await make_customer(known, "evil", name="=HYPERLINK(1)", segment="x", value=-12.5)
    pieces = [piece async for piece in file_export.list_as_csv(known, CustomerFilter(segment="x"))]
    lines = b"".join(pieces).decode("utf-8-sig").split("\r\n")
    assert len(lines) == 3
    assert lines[1].startswith("evil,'=HYPERLINK(1),")
    assert ",-12.5," in lines[1]
