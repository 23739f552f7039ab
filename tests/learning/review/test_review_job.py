"""The monthly review: a better challenger becomes a draft, and no score changes."""

import re
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from pulse import clock, workflows
from pulse.auth.audit import entries
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import Conflict, NotAllowed
from pulse.i18n.sentences import from_text, said_in
from pulse.jobs import analyses
from pulse.learning.review import offers, review_job
from pulse.learning.review.drift_data import drift_of
from pulse.scoring import scorecard_store, versions
from pulse.scoring.curves import Linear, Steps
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.named import service as named_scorecards
from pulse.scoring.scorecard import Scorecard, Term
from tests.fixtures.jobs import carried_out
from tests.fixtures.leavers import METRICS, move_in
from ui.pages.overview.page import show as overview
from ui.pages.scorecard.page import show

pytestmark = pytest.mark.slow

WEAK = Scorecard((Term("late", 100.0, Linear((0.0, 200.0), (1.0, 0.0)), 0.9),))
"""A scorecard of lateness alone, which hardly distinguishes customers."""


APT = Scorecard(
    (
        Term("visits", 55.0, Linear((0.0, 12.0), (0.0, 1.0)), 0.33),
        Term("late", 45.0, Linear((0.0, 40.0), (1.0, 0.0)), 0.78),
    )
)
"""A scorecard of what decides about business customers, weighed as it decides."""
TENURE = MetricDefinition("tenure", "With us", "days", "tenure", "higher", "tenure")
BUSINESS, TRIAL = range(650), range(1300, 1360)
"""The numbers of the customers of two segments; those between have none."""


async def reviewed(scope: Scope, named_id: UUID | None = None) -> review_job.FinishedReview:
    await review_job.review(scope)
    await carried_out(scope, "review")
    found = await review_job.finished_reviews(scope, named_id)
    return found[0]


async def with_segments(shop: Scope) -> dict[str, UUID]:
    """Customers of three segments and a scorecard for each; returns the named ones by segment."""
    await move_in(shop, size=TRIAL.stop)
    async with tenant(shop) as unit:
        await scorecard_store.publish(unit, WEAK, by="Mara", note="By hand")
        for segment, those in (("Business", BUSINESS), ("Trial", TRIAL)):
            await unit.execute(
                "UPDATE customers SET segment = $1, attributes = attributes - 'plan' "
                "WHERE substr(external_id, 2)::int BETWEEN $2 AND $3",
                segment,
                those[0],
                those[-1],
            )
    named = {}
    for segment, card in (("Business", APT), ("Trial", WEAK), ("Gone", WEAK)):
        named[segment] = await named_scorecards.add(shop, segment, f"all:segment.is.{segment}")
        draft = await versions.save_draft(shop, card, named_id=named[segment])
        await workflows.publish(shop, draft.id, "For them")
    return named


async def test_each_scorecard_is_reviewed_on_its_own_customers(render, shop: Scope):
    """Only the weak one gets a challenger; a removed one fails alone, and one has too few."""
    named = await with_segments(shop)
    await review_job.review(shop)
    await named_scorecards.remove(shop, named["Gone"])
    offered = await reviewed(shop)
    assert_offered_with_who_changes_band(offered.review)
    (kept,) = await review_job.finished_reviews(shop, named["Business"])
    verdict = kept.review.verdict
    assert verdict is not None
    assert (kept.review.scorecard, verdict.customers) == ("Business", len(BUSINESS))
    reason = from_text(verdict.against[0])
    assert reason.startswith("It does not rank better beyond chance (")
    assert re.search(r"\(-0,\d{3} bis 0,\d{3}\)", said_in("de", reason)), said_in("de", reason)
    assert kept.draft_id is None
    (few,) = await review_job.finished_reviews(shop, named["Trial"])
    assert few.review.verdict is None
    assert re.fullmatch(
        r"Fewer than 200 customers of each outcome yet: \d+ left and \d+ stayed.",
        few.review.why_not,
    )
    failed = await analyses.newest_of(shop, "review", named["Gone"])
    assert failed is not None
    assert (failed.status, bool(failed.problem)) == ("failed", True)
    drafts = [one for one in await versions.versions(shop) if one.status == "draft"]
    challengers = [one for one in drafts if one.note.startswith("Challenger")]
    assert [(one.id, one.named_scorecard_id) for one in challengers] == [(offered.draft_id, None)]
    (offer,) = await offers.standing_offers(shop)
    assert (offer.scorecard, offer.study_id) == ("Default", offered.id)
    async with render(overview, path="/overview") as page:
        page.should_see("The review offers a better scorecard “Default” as version ")
    await publishing_changes_nobody_else(shop, offered.draft_id)
    assert await offers.standing_offers(shop) == ()


def assert_offered_with_who_changes_band(review: review_job.Review) -> None:
    verdict = review.verdict
    assert verdict is not None
    assert review.scorecard == "Default"
    assert verdict.against == ()
    assert 0 < verdict.low < verdict.gain < verdict.high
    assert verdict.challenger.auc > verdict.champion.auc
    assert not verdict.forward  # an attribute has no later date: evaluated in folds
    assert verdict.risers == 0
    assert verdict.additivity < 1e-9
    assert 0 < verdict.changes <= verdict.of <= verdict.customers == TRIAL.start - BUSINESS.stop
    first = verdict.switches[0]
    assert first.before != first.after
    assert first.metric in ("visits", "late", "plan")


async def publishing_changes_nobody_else(shop: Scope, draft_id: UUID | None) -> None:
    assert draft_id is not None
    await workflows.rescore(shop)
    before = await strengths(shop)
    await workflows.publish(shop, draft_id, "It ranks better")
    await workflows.rescore(shop)
    after = await strengths(shop)
    changed = {who for who in before if after[who] != before[who]}
    own = {f"c{number}" for number in range(BUSINESS.stop, TRIAL.start)}
    assert changed
    assert changed <= own


async def strengths(shop: Scope) -> dict[str, float]:
    async with tenant(shop) as unit:
        rows = await unit.fetch(
            "SELECT c.external_id, s.identity_strength FROM customer_scores s "
            "JOIN customers c ON c.id = s.customer_id"
        )
    return dict(map(tuple, rows))


async def test_a_card_that_rises_in_silence_is_not_mixed_into_its_challenger(render, shop: Scope):
    await move_in(shop, size=650)
    terms = (
        Term("tenure", 50.0, Linear((0.0, 4000.0), (0.0, 1.0)), 0.1),
        Term("late", 50.0, Steps((6.0, 14.0), (1.0, 0.1, 0.6)), 0.6),
    )
    async with tenant(shop) as unit:
        await scorecard_store.save_catalogue(unit, [*METRICS, TENURE])
        await scorecard_store.publish(unit, Scorecard(terms), by="Mara", note="By hand")
    found = await reviewed(shop)
    verdict = found.review.verdict
    assert verdict is not None
    assert (verdict.against, verdict.share, verdict.risers) == ((), 1.0, 0)
    assert verdict.champion_risers == 650
    assert found.draft_id is not None
    offered = (await versions.version(shop, found.draft_id)).card
    assert "tenure" not in offered.metrics
    async with render(show, path="/scorecard?tab=review") as page:
        page.should_see("The scorecard in force would raise 650 customers who do nothing")
        page.should_see("The challenger is offered as a draft.")
    await an_offer_is_shown_to_those_who_may_publish_until_declined(render, shop)


async def an_offer_is_shown_to_those_who_may_publish_until_declined(render, shop: Scope) -> None:
    words = "The review offers a better scorecard as version 2: ROC-AUC 0."
    async with render(overview, path="/overview", role="csm") as page:
        page.should_not_see(words)
    async with render(overview, path="/overview", role="manager") as page:
        page.should_see(words)
    (offer,) = await offers.standing_offers(shop)
    with pytest.raises(NotAllowed):
        csm = msgspec.structs.replace(shop, role=Role.csm)
        await offers.decline(csm, offer.study_id, "Not mine to say")
    async with render(show, path="/scorecard?tab=review") as page:
        await page.press("Decline …")
        await page.fill("Why, in one sentence (for the history)", "We wait for spring")
        await page.press("Decline")
        with pytest.raises(AssertionError, match="There is no button 'Decline …'"):
            await page.press("Decline …")
    (entry,) = [one for one in await entries(shop) if one.action == "scorecard.declined"]
    assert (entry.subject, entry.reason) == ("v2", "We wait for spring")
    async with render(overview, path="/overview") as page:
        page.should_not_see(words)
    with pytest.raises(Conflict, match="Version 2 is not a draft any more"):
        await offers.decline(shop, offer.study_id, "Again")


async def test_too_few_outcomes_give_no_challenger_and_a_reason(shop: Scope):
    await move_in(shop, size=300)
    async with tenant(shop) as unit:
        await scorecard_store.publish(unit, WEAK, by="Mara", note="By hand")
    review = (await reviewed(shop)).review
    assert review.verdict is None
    assert review.why_not.startswith("Fewer than 200 customers of each outcome yet: ")
    assert review.scorecard == ""
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
        drift = await drift_of(unit, current)
    assert drift is not None
    assert (drift.now - drift.before).days == 40
    assert drift.customers == 300
    assert drift.found[0].word == "still"
    assert drift.changed == ("Days late",)
    await reviewed(shop)
    (alarm,) = await review_job.standing_alarms(shop)
    assert alarm == review_job.Alarm(
        scorecard="", version=1, text="Days late has changed since a month ago."
    )
    async with tenant(shop) as unit:
        await scorecard_store.publish(unit, WEAK, by="Mara", note="Again")
    assert await review_job.standing_alarms(shop) == (), "another version is in force"
