from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis.strategies import integers

from pulse import settings
from pulse.auth.businesses import business_by_slug
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.demo import meridian, people, replay, seed, simulate_staff
from pulse.demo.seed import Demo
from pulse.scoring import scorecard_store


def quietly(what: str, done: int, total: int) -> None:
    pass


class Filling:
    """A replacement for a year of orders: one customer, and a failure on request."""

    def __init__(self) -> None:
        self.times = 0
        self.breaks = False

    async def __call__(self, scope, told) -> None:
        self.times += 1
        async with tenant(scope) as unit:
            await unit.execute(
                "INSERT INTO customers (business_id, external_id) VALUES ($1, $2)",
                scope.business_id,
                f"of attempt {self.times}",
            )
        if self.breaks:
            raise ConnectionError("the lights went out")


@pytest.fixture
def filling(monkeypatch) -> Filling:
    stand_in = Filling()
    demos = (Demo("lantern", "Lantern & Co", "GBP", "Europe/London", stand_in),)
    monkeypatch.setattr(seed, "DEMOS", demos)
    return stand_in


async def everybody() -> list[str]:
    business = await business_by_slug("lantern")
    return [row.external_id for row in (await repository.listing(business)).rows]


async def test_each_business_is_loaded_once(database, filling):
    assert await seed.load(quietly) == ["lantern"]
    assert await seed.load(quietly) == []
    assert filling.times == 1


async def test_a_partly_loaded_business_is_loaded_again(database, filling):
    filling.breaks = True
    with pytest.raises(ConnectionError):
        await seed.load(quietly)
    filling.breaks = False
    assert await seed.load(quietly) == ["lantern"]
    assert await everybody() == ["of attempt 2"]


async def test_deleted_businesses_are_loaded_again(database, filling):
    await seed.load(quietly)
    await seed.throw_away()
    assert await seed.load(quietly) == ["lantern"]
    assert await everybody() == ["of attempt 2"]


async def test_the_current_url_is_an_allowed_origin(database, filling, chosen_settings):
    await seed.load(quietly)
    await seed.update_demo_access()
    moved = msgspec.structs.replace(chosen_settings, public_url="http://127.0.0.1:9001")
    settings.choose(moved)
    await seed.update_demo_access()
    origins = (await business_by_slug("lantern")).allowed_origins
    assert {"http://127.0.0.1:8080", "http://127.0.0.1:9001", "http://localhost:9001"} <= origins


async def test_lanterns_last_weeks_are_replayed(shop):
    await people.add_demo_staff(shop, "lantern", "pulse-demo")
    steps = []
    await replay.fill(shop, lambda *told: steps.append(told), weeks=4)
    assert steps[-1] == (replay.YEAR, 4, 4)
    await every_score_explains_itself(shop)
    async with tenant(shop) as unit:
        statuses = await unit.fetch("SELECT DISTINCT status FROM conversation_cards")
        assert {"pending", "actioned"} <= {row["status"] for row in statuses}
        declared = await unit.fetchval("SELECT count(context_type) FROM customers")
        assert declared == len(simulate_staff.DECLARED)
        unowned = await unit.fetchval("SELECT count(*) FROM customers WHERE owner_id IS NULL")
        assert 0 < unowned < 200
        assert await unit.fetchval("SELECT count(*) FROM audit_entries") == 0
        at_work = await unit.fetch(
            "SELECT actioned_at AS at FROM conversation_cards WHERE actioned_at IS NOT NULL "
            "UNION ALL SELECT outcome_at FROM conversation_cards WHERE outcome_at IS NOT NULL"
        )
        said = await unit.fetch("SELECT shared_at AS at FROM customer_contexts")
    assert at_work
    assert all(row["at"].hour in range(9, 17) for row in (*at_work, *said))
    assert all(row["at"].weekday() < 5 for row in at_work)


@given(minutes=integers(0, 365 * 24 * 60))
def test_the_team_works_by_day_and_from_monday_to_friday(minutes):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    zone = ZoneInfo("America/New_York")
    at_work = simulate_staff.working_time(moment, zone)
    by_day = simulate_staff.working_time(moment, zone, weekends=True)
    for one in (at_work, by_day):
        assert one >= moment
        assert one.astimezone(zone).hour in range(9, 17)
        assert simulate_staff.working_time(one, zone, weekends=True) == one
    assert at_work.astimezone(zone).weekday() < 5
    assert by_day - moment < timedelta(days=1)
    assert at_work - moment < timedelta(days=3)


async def every_score_explains_itself(scope):
    async with tenant(scope) as unit:
        base = (await scorecard_store.published(unit)).card.base
        worst = await unit.fetchval(
            "SELECT max(abs($1 + (SELECT sum(c) FROM unnest(contributions) c) - identity_strength))"
            " FROM identity_snapshots",
            base,
        )
    assert worst < 1e-9


async def test_meridian_is_loaded_by_the_normal_import(shop):
    await meridian.fill(shop, quietly)
    async with tenant(shop) as unit:
        row = await unit.fetchrow(
            "SELECT count(*), count(identity_strength) AS scored, "
            "count(*) FILTER (WHERE email LIKE '%@example.com') AS addressed FROM scored_customers"
        )
        assert tuple(row) == (7043, 7043, 7043)
        done = await unit.fetchrow("SELECT status, rows_rejected FROM imports")
        assert tuple(done) == ("done", 0)
