import pytest

from pulse.auth.customer_tokens import verify
from pulse.db.transaction import tenant
from pulse.demo import shop
from pulse.errors import Invalid, NotFound
from pulse.scoring.queries import identity_of


async def events_of(scope, external_id):
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT e.kind, e.amount, e.properties FROM events e JOIN customers c "
            "ON c.id = e.customer_id WHERE c.external_id = $1 ORDER BY e.occurred_at",
            external_id,
        )
    return [(row["kind"], row["amount"], row["properties"]) for row in rows]


async def test_the_switch_begins_with_the_documented_customer_and_names_nobody_twice(lantern):
    offered = await shop.customers()
    assert offered[0].customer_id == "17850"
    ids = [customer.customer_id for customer in offered]
    assert set(ids) == {"17850", "strong", "steady", "fresh"}
    assert len(ids) == 4


async def test_the_shop_signs_tokens_for_its_customers_only(lantern):
    token = await verify(await shop.token_for("steady"))
    assert (token.business.slug, token.customer) == ("lantern", "steady")
    with pytest.raises(NotFound):
        await shop.token_for("nobody")


async def test_an_order_raises_the_strength(lantern):
    before = (await identity_of(lantern, "17850")).identity_strength
    await shop.order("17850", "85123A", 17.70)
    assert (await identity_of(lantern, "17850")).identity_strength > before
    assert (await events_of(lantern, "17850"))[-1] == ("order", 17.70, {"sku": "85123A"})


async def test_a_negative_amount_cancels_an_order(lantern):
    await shop.order("steady", "85123A", -17.70)
    assert (await events_of(lantern, "steady"))[-1][:2] == ("cancellation", -17.70)


async def test_the_last_order_is_cancelled_with_its_own_amount(lantern):
    await shop.order("steady", "22423", 38.25)
    await shop.cancel("steady")
    assert (await events_of(lantern, "steady"))[-1] == ("cancellation", -38.25, {"sku": "22423"})


@pytest.mark.parametrize("amount", [0.0, 1e9, -1e9, float("nan")])
async def test_an_implausible_order_is_refused(lantern, amount):
    with pytest.raises(Invalid):
        await shop.order("steady", "85123A", amount)


async def test_only_customers_can_order(lantern):
    with pytest.raises(NotFound):
        await shop.order("passer-by", "85123A", 10.0)
