"""The customer page counts orders where the score weighs old ones less; no false habit is named."""

from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.cards.evidence.plain_figures import plain_figures
from pulse.customers import events, repository
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.history.score_history import full_picture, what_changed
from pulse.scoring.lifecycle.order_metrics import order_metrics
from pulse.scoring.lifecycle.standing import Rhythm
from tests.fixtures.orders import NOW, a_year_of_orders, order
from ui.components.customer_rows import rhythm_in_words

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
    assert seen.habit == pytest.approx(53.3, abs=0.1), "drawn towards the business's"
    assert plain.gaps == (60, 60)


async def test_a_habit_is_decided_once_for_page_changes_and_factors(shop: Scope) -> None:
    irregular = [order("odd", days) for days in (70, 75, 83, 167, 172, 350)]
    crowd = [order(f"once{number}", 200.0) for number in range(50)]  # written in bulk
    async with tenant(shop) as unit:
        await scorecard_store.save_catalogue(unit, order_metrics(RHYTHM, money="GBP"))
        await events.append(unit, [*a_year_of_orders(), *irregular, *crowd])
    with clock.at(NOW - timedelta(days=10)):
        await workflows.rescore(shop)
    with clock.at(NOW):
        await workflows.rescore(shop)
        assert await _said(shop, "odd") == {
            "rhythm": "Orders irregularly, 5 to 178 days apart",
            "changes": "average gap",
            "factor": "average gap",
        }
        usual = {
            "rhythm": "Usually orders every 38 days",
            "changes": "usual gap",
            "factor": "usual gap",
        }
        assert await _said(shop, "c3") == usual
        await workflows.recalculate(shop, [(await repository.customer(shop, "c3"))["id"]])
        assert await _said(shop, "c3") == usual


async def _said(shop: Scope, external_id: str) -> dict[str, str]:
    """Return how page, changes and factors name the gap between this customer's orders."""
    seen = await full_picture(shop, external_id)
    plain, changed = await plain_figures(shop, seen), await what_changed(shop, external_id, 7)
    assert changed is not None
    rhythm = rhythm_in_words(await repository.customer(shop, external_id), plain.gaps)
    late = next(one.text for one in changed.explanation.parts if one.feature == "lateness")
    factor = next(one.spoken_value for one in seen.factors if one.feature == "lateness")
    return {
        "rhythm": rhythm.split(" · ")[0],
        "changes": _gap_in(late),
        "factor": _gap_in(factor),
    }


def _gap_in(words: str) -> str:
    return next((gap for gap in ("usual gap", "average gap") if gap in words), words)
