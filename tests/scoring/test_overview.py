from datetime import timedelta

from pulse import clock
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.scoring.reports.overview import overview
from ui.components.book import Book
from ui.components.kpis import band_figures


async def test_every_figure_counts_its_list(shop, make_customer):
    soon = clock.now() + timedelta(days=6, hours=23)
    await make_customer(
        shop,
        "a",
        identity_strength=30.0,
        change_7d=-15.0,
        change_30d=-20.0,
        value=100.0,
        value_at_risk=60.0,
        coverage=0.5,
        context_type="stuck",
        context_expires_at=soon,
    )
    await make_customer(
        shop, "b", identity_strength=75.0, change_7d=12.0, change_30d=4.0, value=50.0, coverage=1.0
    )
    await make_customer(shop, "c")
    found = await overview(shop)
    assert (found.customers, found.scored, found.average) == (3, 2, 52.5)
    assert found.bands == {"fragile": 1, "steady": 0, "strong": 1}
    assert found.bands_before == {"fragile": 0, "steady": 2, "strong": 0}
    assert (found.week.eroded, found.week.improved, found.month.eroded) == (1, 1, 1)
    assert (found.value, found.value_at_risk) == (150.0, 60.0)
    assert (found.declared, found.calls_24h) == ({"stuck": 1}, 1)
    assert sum(found.distribution) == 2
    assert (found.distribution[6], found.distribution[15]) == (1, 1)


async def test_changes_are_counted_as_they_are_shown(shop, make_customer):
    changes = {"a": -10.2, "b": -9.77, "c": -9.5, "d": -9.49, "e": -0.5, "f": -0.51}
    for name, change in changes.items():
        await make_customer(
            shop, name, identity_strength=50.0, change_7d=change, change_30d=-change
        )
    found = await overview(shop)
    assert (found.week.eroded, found.month.improved) == (3, 3), "shown as −10"
    for count, chosen in {
        3: CustomerFilter(change_7d_to=-10.0),
        5: CustomerFilter(change_7d_to=-1.0),
        2: CustomerFilter(change_7d_to=-1.0, change_7d_from=-9.0),
        1: CustomerFilter(change_30d_from=-1.0, change_30d_to=0.0),
    }.items():
        listed = await repository.listing(shop, chosen)
        assert len(listed.rows) == count == await repository.count(shop, chosen)


async def test_the_changes_of_the_bands_are_moves_between_them(shop, make_customer):
    await make_customer(shop, "fell", identity_strength=30.0, change_7d=-15.0)
    await make_customer(shop, "new", identity_strength=75.0)
    found = await overview(shop)
    assert found.bands_before == {"fragile": 0, "steady": 1, "strong": 1}
    strip = band_figures(Book("all", ""), found)
    assert [one.delta for one in strip] == [
        "50 % · ▲ 1 in 7 days",
        "0 % · ▼ 1 in 7 days",
        "50 % · ± 0 in 7 days",
    ]
    assert all("moves between the bands" in one.hint for one in strip)


async def test_a_book_is_a_filter(shop, make_customer):
    await make_customer(shop, "a", identity_strength=30.0, owner_id=shop.actor.id)
    await make_customer(shop, "b", identity_strength=75.0)
    mine = await overview(shop, CustomerFilter(owner=str(shop.actor.id)))
    assert (mine.customers, mine.average, mine.unowned) == (1, 30.0, 0)
    assert mine.value_at_risk is None, "nobody's chance to leave is known"


async def test_an_expired_state_is_not_counted(shop, make_customer):
    await make_customer(
        shop, "a", context_type="stuck", context_expires_at=clock.now() - timedelta(minutes=1)
    )
    assert (await overview(shop)).declared == {}


async def test_lapsed_and_left_customers_are_in_no_figure(shop, make_customer):
    await make_customer(shop, "here", identity_strength=60.0, change_7d=-20.0, value=10.0)
    for state in ("lapsed", "left"):
        await make_customer(
            shop, state, identity_strength=10.0, band=None, lifecycle=state, value=1_000.0
        )
    found = await overview(shop)
    assert (found.customers, found.scored, found.average, found.value) == (1, 1, 60.0, 10.0)
    assert (found.lapsed, found.left) == (1, 1)
    assert sum(found.distribution) == sum(found.bands.values()) == 1
    for state, count in (("current", 1), ("lapsed", 1), ("left", 1), ("", 3)):
        assert await repository.count(shop, CustomerFilter(lifecycle=state)) == count
