"""A business's churn study: requested, trained by a job, stored, and shown beside strengths."""

import msgspec
import pytest

from pulse import workflows
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from pulse.learning.churn import jobs, queries
from pulse.learning.labels import ColumnRule, EventsRule
from pulse.learning.outcome_options import Choice
from tests.fixtures.jobs import carried_out
from tests.fixtures.leavers import move_in
from tests.learning.churned import CHURNED


@pytest.fixture
async def studied(leaving_shop: Scope) -> Scope:
    await workflows.rescore(leaving_shop)
    await jobs.enqueue_study(leaving_shop, CHURNED)
    study = await carried_out(leaving_shop, "churn")
    assert (study.status, study.problem) == ("done", "")
    return leaving_shop


async def test_a_study_compares_both_models_and_lists_disagreements(studied: Scope):
    fitted = await queries.newest(studied)
    assert fitted is not None
    report = fitted.report
    assert fitted.rule == CHURNED
    assert report.customers == 400
    assert report.model.auc > 0.6
    assert report.strength is not None
    assert report.strength.auc > 0.6
    assert len(report.model.left_by_tenth) == 10
    assert report.model.left_by_tenth[0] > report.model.left_by_tenth[-1]
    assert [finding.metric for finding in report.left_out] == ["gender"]
    assert report.compared == 400 - report.left
    assert {one.label for one in report.importance} == {"Visits", "Days late", "Plan"}
    sides = {side: await queries.listed(studied, side, report) for side in queries.SIDES}
    assert {side: len(found) for side, found in sides.items()} == fitted.counts
    listed = [one.customer_id for found in sides.values() for one in found]
    assert len(listed) == len(set(listed)) > 0


async def test_only_current_customers_are_compared(leaving_shop: Scope):
    await workflows.rescore(leaving_shop)
    lapse = (
        "UPDATE customer_scores SET lifecycle = 'lapsed', band = NULL WHERE customer_id = ANY($1)"
    )
    async with tenant(leaving_shop) as unit:
        rows = await unit.fetch(
            "SELECT c.id FROM customers c JOIN customer_scores s ON s.customer_id = c.id "
            "WHERE s.lifecycle NOT IN ('lapsed', 'left') ORDER BY s.identity_strength"
        )
        current = [row["id"] for row in rows]
        await unit.execute(lapse, current[:20])
    await jobs.enqueue_study(leaving_shop, CHURNED)
    await carried_out(leaving_shop, "churn")
    fitted = await queries.newest(leaving_shop)
    assert fitted is not None
    assert fitted.compared == fitted.report.compared == len(current) - 20
    assert fitted.compared == await repository.count(
        leaving_shop, CustomerFilter(lifecycle="current")
    )
    assert fitted.agreement == pytest.approx(fitted.report.agreement)
    both = await queries.listed(leaving_shop, "both", fitted.report)
    assert fitted.counts["both"] == len(both) > 0
    async with tenant(leaving_shop) as unit:
        await unit.execute(lapse, [both[0].customer_id])
    later = await queries.newest(leaving_shop)
    assert later is not None
    assert (later.compared, later.counts["both"]) == (fitted.compared - 1, len(both) - 1)
    assert both[1:] == await queries.listed(leaving_shop, "both", fitted.report)


async def test_one_customers_parts_sum_to_their_chance_of_leaving(studied: Scope):
    fitted = await queries.newest(studied)
    assert fitted is not None
    both = await queries.listed(studied, "both", fitted.report)
    found = await queries.opinion(studied, both[0].external_id, fitted.report)
    assert found is not None
    total = found.base + sum(part.contribution for part in found.parts)
    assert total == pytest.approx(found.leaving, abs=1e-9)
    assert found.leaving == both[0].leaving
    assert {part.label for part in found.parts} == {"Visits", "Days late", "Plan"}
    with pytest.raises(NotFound):
        await queries.opinion(studied, "nobody", fitted.report)


async def test_left_customers_are_excluded_and_a_new_study_replaces_the_old(studied: Scope):
    async with tenant(studied) as unit:
        gone = await unit.fetchval(
            "SELECT count(*) FROM churn_opinions o JOIN customers c ON c.id = o.customer_id "
            "WHERE c.attributes ->> 'churned' = 'Yes'"
        )
        before = await unit.fetchval("SELECT count(*) FROM churn_opinions")
        await unit.execute("DELETE FROM customers WHERE external_id = 'c0'")
    assert gone == 0
    await jobs.enqueue_study(studied)
    await carried_out(studied, "churn")
    async with tenant(studied) as unit:
        assert await unit.fetchval("SELECT count(*) FROM churn_opinions") in (before, before - 1)


async def test_too_few_outcomes_are_reported_before_starting(shop: Scope):
    await move_in(shop, size=60)
    with pytest.raises(Invalid, match="Too few outcomes are known"):
        await jobs.enqueue_study(shop)
    assert await queries.newest(shop) is None


async def test_a_viewer_reads_a_csm_starts_and_one_runs_at_a_time(leaving_shop: Scope):
    viewer = msgspec.structs.replace(leaving_shop, role=Role.viewer)
    assert await queries.newest(viewer) is None
    with pytest.raises(NotAllowed):
        await jobs.enqueue_study(viewer, CHURNED)
    await jobs.enqueue_study(msgspec.structs.replace(leaving_shop, role=Role.csm), CHURNED)
    with pytest.raises(Conflict):
        await jobs.enqueue_study(leaving_shop, CHURNED)


async def test_predictions_of_another_business_are_invisible(studied: Scope, other_shop: Scope):
    assert await queries.newest(other_shop) is None
    async with tenant(other_shop) as unit:
        assert await unit.fetchval("SELECT count(*) FROM churn_opinions") == 0


def test_a_declared_outcome_precedes_one_derived_from_events():
    said = Choice(ColumnRule("churned", ("Yes",)), "", 100, 100)
    few = Choice(ColumnRule("gone", ("Yes",)), "", 10, 100)
    month, quarter = (Choice(EventsRule("order", days), "", 100, 100) for days in (30, 90))
    assert jobs.preferred([few, said, month, quarter]) == said.rule
    assert jobs.preferred([few, month, quarter]) == quarter.rule
    assert jobs.preferred([few]) is None
