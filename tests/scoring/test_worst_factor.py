"""The most negative factor of a customer, for lists."""

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.scoring.queries import identity_of
from pulse.scoring.worst_factor import worst_factors
from tests.fixtures.orders import NOW


async def test_it_is_the_lowest_contribution_shown_on_the_customers_page(
    ordering_shop: Scope, make_customer
) -> None:
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        unscored = await make_customer(ordering_shop, "nobody-knows")
        async with tenant(ordering_shop) as unit:
            rows = await unit.fetch("SELECT id, external_id FROM customers")
        found = await worst_factors(ordering_shop, [row["id"] for row in rows])
        assert unscored not in found
        for row in rows:
            if row["id"] == unscored:
                continue
            identity = await identity_of(ordering_shop, row["external_id"])
            worst = min(identity.shap_factors, key=lambda factor: factor.contribution)
            one = found.get(row["id"])
            if worst.contribution < -0.05:
                assert one is not None
                assert (one.label, one.points) == (worst.label, worst.contribution)
            else:
                assert one is None
    assert len({one.label for one in found.values()}) > 1


async def test_a_business_without_a_scorecard_has_none(shop: Scope, make_customer) -> None:
    assert await worst_factors(shop, [await make_customer(shop, "c1")]) == {}
