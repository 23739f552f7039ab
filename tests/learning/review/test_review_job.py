"""The monthly review: a better challenger becomes a draft, and no score changes."""

from datetime import timedelta

import msgspec
import pytest

from pulse import clock
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import Conflict, NotAllowed
from pulse.jobs import analyses
from pulse.learning.review import review_job
from pulse.scoring import scorecard_store, versions
from pulse.scoring.curves import Linear
from pulse.scoring.scorecard import Scorecard, Term
from tests.fixtures.jobs import carried_out
from tests.fixtures.leavers import move_in

WEAK = Scorecard((Term("late", 100.0, Linear((0.0, 200.0), (1.0, 0.0)), 0.9),))
"""A scorecard of lateness alone, which hardly distinguishes customers."""


async def reviewed(scope: Scope) -> review_job.Review | None:
    await review_job.review(scope)
    await carried_out(scope, "review")
    return await review_job.newest_review(scope)


async def test_a_better_challenger_becomes_a_draft_with_who_changes_band(shop: Scope):
    await move_in(shop, size=900)
    async with tenant(shop) as unit:
        await scorecard_store.publish(unit, WEAK, by="Mara", note="By hand")
    review = await reviewed(shop)
    assert review is not None
    verdict = review.verdict
    assert verdict is not None
    assert verdict.against == ()
    assert 0 < verdict.low < verdict.gain < verdict.high
    assert verdict.challenger.auc > verdict.champion.auc
    assert not verdict.forward  # an attribute has no later date: evaluated in folds
    assert verdict.risers == 0
    assert verdict.additivity < 1e-9
    assert 0 < verdict.changes <= verdict.of == 900
    first = verdict.switches[0]
    assert first.before != first.after
    assert first.metric in ("visits", "late", "plan")
    drafts = [one for one in await versions.versions(shop) if one.status == "draft"]
    assert [one.note for one in drafts] == ["Challenger of the month: churned is “yes”"]
    assert (await versions.published_version(shop)).version == review.version
    study = await analyses.newest(shop, "review")
    assert study is not None
    assert study.scorecard_id == drafts[0].id


async def test_too_few_outcomes_give_no_challenger_and_a_reason(shop: Scope):
    await move_in(shop, size=300)
    async with tenant(shop) as unit:
        await scorecard_store.publish(unit, WEAK, by="Mara", note="By hand")
    review = await reviewed(shop)
    assert review is not None
    assert review.verdict is None
    assert review.why_not == "Fewer than 200 customers of each outcome yet."
    assert len(await versions.versions(shop)) == 1


async def test_only_managers_start_it_and_one_runs_at_a_time(leaving_shop: Scope):
    with pytest.raises(NotAllowed):
        await review_job.enqueue_review(msgspec.structs.replace(leaving_shop, role=Role.csm))
    await review_job.review(leaving_shop)  # no scorecard is published yet: nothing to review
    assert await analyses.newest(leaving_shop, "review") is None
    await review_job.enqueue_review(leaving_shop)
    with pytest.raises(Conflict):
        await review_job.enqueue_review(leaving_shop)


async def test_drift_compares_the_last_scores_of_a_month_ago_with_those_of_now(shop: Scope):
    await move_in(shop, size=300)
    spread = "SELECT *, row_number() OVER (ORDER BY external_id) / 300::float8 AS more"
    async with tenant(shop) as unit:
        current = await scorecard_store.publish(unit, WEAK, by="Mara", note="By hand")
        for days, late in ((60, 5.0), (40, 6.0), (0, 90.0)):
            await unit.execute(
                "INSERT INTO identity_snapshots (business_id, customer_id, snapshot_date, "
                "taken_at, identity_strength, coverage, scorecard_id, metric_values, "
                "contributions) SELECT business_id, id, $2::date, $2::date, 50 + more, 1, $3, "
                f"ARRAY[$4 + more], ARRAY[0.0] FROM ({spread} FROM customers) _ "
                "WHERE business_id = $1",
                unit.business_id,
                clock.today() - timedelta(days=days),
                current.id,
                late,
            )
        drift = await review_job.drift_of(unit, current)
    assert drift is not None
    assert (drift.now - drift.before).days == 40
    assert drift.customers == 300
    assert drift.found[0].word == "still"
    assert drift.changed == ("Days late",)
    await reviewed(shop)
    assert await review_job.standing_alarms(shop) == ("Days late has changed since a month ago.",)
    async with tenant(shop) as unit:
        await scorecard_store.publish(unit, WEAK, by="Mara", note="Again")
    assert await review_job.standing_alarms(shop) == (), "another version is in force"
