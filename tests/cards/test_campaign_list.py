"""A customer too silent for a call is on the list that their page links."""

from datetime import timedelta

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.evidence.campaign_list import campaign_list
from pulse.customers import repository
from pulse.testing.database import MakeCustomer


async def test_the_list_has_exactly_the_customers_with_the_same_reason(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    rows = {  # days since the last order, orders, change, lifecycle
        "fallen": (100, 2, -12.0, "active"),
        "also_fallen": (130, 3, -10.0, "active"),
        "silent": (100, 2, -4.0, "active"),
        "regular": (100, 4, -12.0, "active"),
        "recent": (80, 2, -12.0, "active"),
        "lapsed": (300, 2, -12.0, "lapsed"),
    }
    for name, (days, orders, change, lifecycle) in rows.items():
        await make_customer(
            shop,
            name,
            last_order_at=clock.now() - timedelta(days=days),
            orders=orders,
            change_30d=change,
            lifecycle=lifecycle,
        )
    listed = {}
    for name in rows:
        chosen = await campaign_list(shop, await repository.customer(shop, name))
        listed[name] = await repository.count(shop, chosen) if chosen else None
    assert listed == {
        "fallen": 2,
        "also_fallen": 2,
        "silent": 3,
        "regular": None,
        "recent": None,
        "lapsed": 1,
    }
