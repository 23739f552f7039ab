"""The customer page counts orders where the score weighs old ones less."""

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.cards.evidence.plain_figures import plain_figures
from pulse.customers import events
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.history.score_history import full_picture
from pulse.scoring.lifecycle.order_metrics import order_metrics
from pulse.scoring.lifecycle.standing import Rhythm
from tests.fixtures.orders import NOW, a_year_of_orders

RHYTHM = Rhythm(("order",), usual_gap=60.0, horizon=150.0)


async def test_weighted_orders_are_shown_as_counts_and_nothing_else_changes(shop: Scope) -> None:
    async with tenant(shop) as unit:
        await scorecard_store.save_catalogue(unit, order_metrics(RHYTHM, money="GBP"))
        await events.append(unit, a_year_of_orders())
    with clock.at(NOW):
        await workflows.rescore(shop)
        seen = await full_picture(shop, "c5")  # an order every 60 days, the last one yesterday
        plain = await plain_figures(shop, seen)
    before = {factor.feature: factor.spoken_value for factor in seen.factors}
    said = {factor.feature: factor.spoken_value for factor in plain.factors}
    assert (before["lately"], said["lately"]) == ("≈ 2", "twice in 3 months")
    assert said["often"] == "6 times in 12 months"
    assert said["spend"] == "£90 in 12 months"
    assert {key for key in said if said[key] != before[key]} == {"lately", "often", "spend"}
    assert [one.contribution for one in plain.factors] == [one.contribution for one in seen.factors]
    assert plain.habitual
    assert plain.gaps == (60, 60)
