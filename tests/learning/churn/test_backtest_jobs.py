"""Back-tests of a business's scorecard by a job, forward in time or in folds, stored."""

import numpy as np
import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.i18n.sentences import said_in
from pulse.learning.churn import backtest_jobs, backtest_run
from pulse.learning.churn.out_of_time import FLOOR, FREE, LEARNED
from pulse.learning.labels import CustomerFeatures, EventsRule
from pulse.scoring import scorecard_store
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import EventColumns, Facts
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.scorecard import Scorecard, hand_set
from tests.fixtures.jobs import carried_out
from tests.fixtures.leavers import METRICS as MEASURED
from tests.fixtures.orders import CATALOGUE, NOW
from tests.learning.churned import CHURNED

YEARS = 700.0


async def published(scope: Scope) -> scorecard_store.Published:
    async with tenant(scope) as unit:
        facts = (await gather(unit)).facts
        card = hand_set(MEASURED, measure(facts, MEASURED, clock.days_of(NOW)))
        return await scorecard_store.publish(unit, card, by="test")


def buyers(size: int = 400, seed: int = 5) -> CustomerFeatures:
    """Two years of a shop where half of the customers slow down and stop at some time."""
    draw = np.random.default_rng(seed)
    who, when = [], []
    for customer in range(size):
        stops = draw.uniform(0.3, 1.0) * YEARS if customer % 2 else YEARS
        gap = draw.uniform(8, 40) * (2 if customer % 2 else 1)
        at = np.cumsum(draw.exponential(gap, 90))
        mine = at[at < stops]
        who += [customer] * mine.size
        when += mine.tolist()
    events = EventColumns.of(who, when, ["order"] * len(who))
    ids = tuple(range(size))
    return CustomerFeatures(
        ids=ids,  # type: ignore[arg-type]
        external_ids=tuple(map(str, ids)),
        names=tuple(map(str, ids)),
        facts=Facts(size=size, first_seen=np.zeros(size), events=events),
        catalogue=CATALOGUE,
        declared=len(CATALOGUE),
    )


def set_by_hand(everybody: CustomerFeatures) -> Scorecard:
    return hand_set(CATALOGUE, measure(everybody.facts, CATALOGUE, YEARS))


def quiet(*said: object) -> None:
    pass


async def test_without_dates_folds_are_used_and_wrong_predictions_listed(leaving_shop):
    version = await published(leaving_shop)
    await backtest_jobs.enqueue_backtest(leaving_shop, CHURNED, version.id)
    await carried_out(leaving_shop, "backtest")
    kept = await backtest_jobs.newest(leaving_shop, version.id)
    assert kept is not None
    assert not kept.stale
    assert kept.trials.mode == "folds"
    (trial,) = kept.trials.trials
    assert trial.found.enough
    assert trial.found.auc > 0.65
    assert {peer.name for peer in trial.found.peers} == {LEARNED, FREE, FLOOR}
    wrong = [*trial.false_comfort, *trial.false_alarms]
    named = await backtest_jobs.people(leaving_shop, [one.customer_id for one in wrong])
    assert wrong
    assert len(named) == len({one.customer_id for one in wrong})
    with clock.at(clock.now() + 2 * backtest_jobs.FRESH):
        assert kept.stale


@pytest.fixture(scope="module")
def forward() -> backtest_run.Trials:
    everybody = buyers()
    rule = EventsRule("order", 60, 120)
    return backtest_run.run_backtest(
        quiet, backtest_run.Material(everybody, rule, set_by_hand(everybody), 2)
    )


def test_with_dates_each_horizon_is_scored_that_long_before_the_outcome(forward):
    assert forward.mode == "forward"
    assert [one.found.days_before for one in forward.trials] == [30, 60, 90]
    last = max(one.scored_on for one in forward.trials)
    assert [last - one.scored_on for one in forward.trials] == pytest.approx([0, 30, 60])
    assert last == pytest.approx(YEARS - 90, abs=3)
    assert all(one.found.enough for one in forward.trials)
    assert forward.trials[0].found.auc > 0.6


def test_a_short_history_is_reported_as_not_enough_data():
    everybody = buyers(80)
    rule = EventsRule("order", 60, 120)
    card = set_by_hand(everybody)
    stages = []
    found = backtest_run.run_backtest(
        lambda stage, *_: stages.append(said_in("de", stage)),
        backtest_run.Material(everybody, rule, card, 2),
    )
    assert stages[0] == "Was sie 30 Tage vorher sagte"
    few = [one.found.words for one in found.trials if not one.found.enough]
    assert few
    assert all("Not enough data" in words for words in few)
    assert all("Zu wenige Daten" in said_in("de", words) for words in few)
