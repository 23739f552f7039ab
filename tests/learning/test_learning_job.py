"""A scorecard learned from a business's own outcomes by a job, stored as a draft."""

import msgspec
import pytest

from pulse.auth.audit import entries
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, NotAllowed
from pulse.learning import learning_job
from pulse.learning.model_card.store import document
from pulse.live.hub import HUB
from pulse.scoring import scorecard_store, versions
from tests.fixtures.jobs import carried_out
from tests.fixtures.leavers import copy_outcome, move_in
from tests.learning.churned import CHURNED

pytestmark = pytest.mark.slow


async def test_outcomes_become_a_draft_with_a_report_and_nobodys_score_changes(leaving_shop):
    async with HUB.subscribe(leaving_shop.business_id) as heard:
        await learning_job.enqueue_learning(leaving_shop, CHURNED)
        study = await carried_out(leaving_shop, "learn")
        heard.end()
        told = [one.payload["stage"] async for one in heard if one.kind == "study_progress"]
    assert study.status == "done"
    assert {"Reading the customers", "Learning"} <= set(told)
    (draft,) = await versions.versions(leaving_shop)
    assert (draft.status, draft.origin) == ("draft", "learned")
    assert draft.note == "Learned from outcomes: churned is “yes”"
    report = await learning_job.report_of(leaving_shop, draft.id)
    assert report is not None
    assert len(report.lesson.folds) == 5
    assert report.lesson.overall.low > 0.6
    assert report.lesson.overall.low < report.lesson.overall.auc < report.lesson.overall.high
    assert report.lesson.additivity < 1e-9
    assert report.undeclared == ("Plan",)
    assert report.sensitive == ()
    left_out = {f.metric for f in report.lesson.learned.findings if f.left_out}
    assert left_out == {"gender"}
    card = (await versions.version(leaving_shop, draft.id)).card
    assert set(card.metrics) <= {"visits", "late", "plan"}
    async with tenant(leaving_shop) as unit:
        assert await scorecard_store.published_or_none(unit) is None
        scored = "SELECT count(*) FROM customer_scores WHERE business_id = $1"
        assert await unit.fetchval(scored, unit.business_id) == 0


async def test_too_few_outcomes_are_refused_in_plain_words(shop: Scope):
    await move_in(shop, size=60)
    await learning_job.enqueue_learning(shop, CHURNED)
    study = await carried_out(shop, "learn")
    assert study.status == "failed"
    assert study.problem.startswith("There are too few outcomes to learn from: ")
    assert await versions.versions(shop) == []


async def test_sensitive_columns_take_an_admin_and_a_reason_and_are_audited(leaving_shop):
    manager = msgspec.structs.replace(leaving_shop, role=Role.manager)
    with pytest.raises(NotAllowed):
        await learning_job.enqueue_learning(manager, CHURNED, include_sensitive=True, why="Curious")
    with pytest.raises(Invalid, match="Give a reason"):
        await learning_job.enqueue_learning(leaving_shop, CHURNED, include_sensitive=True, why=" ")
    await learning_job.enqueue_learning(
        leaving_shop, CHURNED, include_sensitive=True, why="A study of fairness"
    )
    (entry,) = [
        one for one in await entries(leaving_shop) if one.action == "scorecard.sensitive_included"
    ]
    assert entry.reason == "A study of fairness"
    assert entry.subject == "Churned is “Yes”"
    study = await carried_out(leaving_shop, "learn")
    assert study.scorecard_id is not None
    report = await learning_job.report_of(leaving_shop, study.scorecard_id)
    assert report is not None
    assert report.why == "A study of fairness"
    (told,) = [one for one in report.lesson.learned.findings if one.kind == "sensitive"]
    assert told.metric == "gender"
    assert not told.left_out


async def test_leaks_are_kept_by_an_admin_with_a_reason_and_the_card_warns(leaving_shop):
    await copy_outcome(leaving_shop, "refund")
    manager = msgspec.structs.replace(leaving_shop, role=Role.manager)
    with pytest.raises(NotAllowed):
        await learning_job.enqueue_learning(manager, CHURNED, kept=["refund"], kept_why="Curious")
    with pytest.raises(Invalid, match="Give a reason"):
        await learning_job.enqueue_learning(leaving_shop, CHURNED, kept=["refund"], kept_why=" ")
    await learning_job.enqueue_learning(
        leaving_shop, CHURNED, kept=["refund"], kept_why="Refunds come weeks before <leaving>"
    )
    (entry,) = [one for one in await entries(leaving_shop) if one.action == "scorecard.leak_kept"]
    assert entry.reason == "Refunds come weeks before <leaving>"
    assert entry.after == {"metrics": "refund"}
    study = await carried_out(leaving_shop, "learn")
    assert study.scorecard_id is not None
    report = await learning_job.report_of(leaving_shop, study.scorecard_id)
    assert report is not None
    assert (report.leaks, report.leaks_why) == (("Refund",), "Refunds come weeks before <leaving>")
    assert report.lesson.overall.auc > 0.95
    card = await document(leaving_shop, study.scorecard_id)
    assert "It weighs metrics that look like leaks: Refund." in card
    assert "Known only after the customer left?" in card
    assert "Reason: “Refunds come weeks before &lt;leaving&gt;”" in card


async def test_an_unknown_metric_to_keep_is_refused_with_the_known_ones(leaving_shop):
    await learning_job.enqueue_learning(leaving_shop, CHURNED, kept=["refnd"], kept_why="Typed")
    study = await carried_out(leaving_shop, "learn")
    assert study.status == "failed"
    assert study.problem.startswith("There is no metric “refnd” to keep. There are: ")
    assert "visits" in study.problem


async def test_only_managers_start_it_and_one_runs_at_a_time(leaving_shop):
    csm = msgspec.structs.replace(leaving_shop, role=Role.csm)
    with pytest.raises(NotAllowed):
        await learning_job.enqueue_learning(csm, CHURNED)
    await learning_job.enqueue_learning(leaving_shop, CHURNED)
    with pytest.raises(Conflict):
        await learning_job.enqueue_learning(leaving_shop, CHURNED)
