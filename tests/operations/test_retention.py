"""Retention periods: rows are counted first, deleted daily, recorded in the audit log."""

from datetime import timedelta

import msgspec
import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import events as customer_events
from pulse.customers import staff_actions
from pulse.db.transaction import tenant
from pulse.errors import Invalid, NotAllowed
from pulse.operations import retention
from tests.fixtures.orders import NOW, order


async def _counts(scope: Scope) -> dict[str, int]:
    async with tenant(scope) as unit:
        return {
            table: await unit.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("customers", "events", "customer_notes", "audit_entries")
        }


async def test_expired_rows_are_counted_deleted_and_audited(
    ordering_shop: Scope, other_shop: Scope
):
    with clock.at(NOW):
        before = await _counts(ordering_shop)
        async with tenant(ordering_shop) as unit:
            await customer_events.append(unit, [order("c1", 900)])
            customer = await unit.fetchval("SELECT id FROM customers WHERE external_id = 'c1'")
        await staff_actions.add_note(ordering_shop, customer, "long ago")
        async with tenant(ordering_shop) as unit:
            await unit.execute(
                "UPDATE customer_notes SET created_at = $1", NOW - timedelta(days=800)
            )
        chosen = await retention.set_periods(ordering_shop, {"events": 24, "notes": 24})
        assert (chosen.events, chosen.audit) == (24, None)
        counted = await retention.due(ordering_shop)
        assert set(counted) == {"events", "notes"}
        assert counted["notes"] == retention.Due(1, (NOW - timedelta(days=800)).date())
        assert counted["events"].oldest == (NOW - timedelta(days=900)).date()
        gone = {kind: one.rows for kind, one in counted.items()}
        assert await retention.enforce(ordering_shop) == gone
        assert await retention.enforce(ordering_shop) == {}
        after = await _counts(ordering_shop)
    assert after["customers"] == before["customers"]
    assert after["customer_notes"] == 0
    async with tenant(ordering_shop) as unit:
        told = await unit.fetchrow(
            "SELECT action, after FROM audit_entries WHERE action LIKE 'retention%'"
        )
    assert told["after"] == gone
    assert [run.deleted for run in await retention.runs(ordering_shop)] == [gone]
    assert await retention.periods(other_shop) == retention.Periods()


async def test_inactive_customers_are_erased(ordering_shop: Scope):
    with clock.at(NOW + timedelta(days=3000)):
        await retention.set_periods(ordering_shop, {"inactive_customers": 12, "audit": 12})
        counted = await retention.due(ordering_shop)
        assert counted["inactive_customers"].rows == 10
        gone = await retention.enforce(ordering_shop)
    assert gone["inactive_customers"] == 10
    assert (await _counts(ordering_shop))["customers"] == 0


@pytest.mark.parametrize("wanted", [{"events": 1}, {"audit": 6}, {"events": "x"}, {"cakes": 12}])
async def test_an_invalid_period_is_refused(shop: Scope, wanted: dict[str, object]):
    with pytest.raises(Invalid, match="A period is 6 to 240 months"):
        await retention.set_periods(shop, wanted)


async def test_the_page_shows_what_will_be_deleted_first(render, ordering_shop: Scope):
    from ui.pages.settings.page import show

    async with render(show, path="/settings?tab=retention") as page:
        page.should_see("Nothing was deleted yet.")
        await page.fill("Events", 6)
        await page.press("Show what this deletes")
        counted = await retention.due(ordering_shop, retention.Periods(events=6))
        assert counted["events"].rows > 0
        page.should_see(f"{counted['events'].rows} rows, the oldest of")
        await page.press("Save …")
        page.should_see("The next daily job permanently deletes")
        assert await retention.periods(ordering_shop) == retention.Periods()
        await page.press("Set")
        assert (await retention.periods(ordering_shop)).events == 6
    await retention.enforce(ordering_shop)
    async with render(show, path="/settings?tab=retention") as page:
        page.should_see(f"Events: {counted['events'].rows}")


async def test_setting_it_requires_a_recent_confirmation(render, ordering_shop: Scope):
    from ui.pages.settings.page import show

    async with render(show, path="/settings?tab=retention") as page:
        stale = msgspec.structs.replace(page.page.session, confirmed_at=None)
        page.client.storage["pl-session"] = stale
        await page.fill("Events", 24)
        with pytest.raises(NotAllowed, match="Confirm first"):
            await page.press("Save …")
