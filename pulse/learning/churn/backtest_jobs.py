"""Back-tests of a business's scorecard versions, run by a job and stored with their date."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.prepared import any_of
from pulse.db.transaction import tenant
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.jobs.registry import Job, handles
from pulse.jobs.subprocess_runner import run_in_subprocess
from pulse.learning.churn.backtest_run import Material, Told, Trials, run_backtest
from pulse.learning.labels import LabelRule, read_features
from pulse.scoring import scorecard_store
from pulse.scoring.named.assignment import CustomersOf
from pulse.tables.customer import Customer

JOB = "backtest"
MOST_SECONDS = 900.0
FRESH = timedelta(days=30)
"""Age from which a back-test is called stale, because new outcomes are known."""


class Question(msgspec.Struct, frozen=True):
    """The scorecard version and the outcome to test it against."""

    rule: LabelRule
    scorecard_id: UUID


class StoredBacktest(msgspec.Struct, frozen=True):
    """A finished back-test and its date."""

    study: Study
    trials: Trials

    @property
    def stale(self) -> bool:
        """Whether it is old enough to be repeated."""
        return self.study.created_at < clock.now() - FRESH


async def enqueue_backtest(scope: Scope, rule: LabelRule, scorecard_id: UUID) -> UUID:
    """Enqueue a back-test of a version (managers and admins).

    Raises Conflict while another one is running.
    """
    scope.require(Permission.edit_scorecard)
    question = Question(rule, scorecard_id)
    async with tenant(scope) as unit:
        await scorecard_store.version_by_id(unit, scorecard_id)
        return await analyses.enqueue_analysis(
            unit, scope, "backtest", msgspec.to_builtins(question), JOB
        )


async def newest(scope: Scope, scorecard_id: UUID) -> StoredBacktest | None:
    """The latest finished back-test of this version, or None."""
    async with tenant(scope) as unit:
        study = await analyses.newest_done(unit, "backtest", scorecard_id)
    return None if study is None else StoredBacktest(study, msgspec.convert(study.report, Trials))


async def people(scope: Scope, customers: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """(external id, name) of those customers who still exist."""
    async with tenant(scope):
        rows = await Customer.select(Customer.id, Customer.external_id, Customer.name).where(
            Customer.business_id == scope.business_id, any_of(Customer.id, list(customers))
        )
    return {row["id"]: (row["external_id"], row["name"]) for row in rows}


async def at_once(
    scope: Scope, rule: LabelRule, told: Told, named_id: UUID | None = None
) -> Trials:
    """Back-test the published version directly, storing nothing: for the command line. Blocking.

    told: called as `told(stage, done, of)` to report progress. named_id: the scorecard, tested on
    its own customers; None: the default one.
    """
    async with tenant(scope) as unit:
        version = await scorecard_store.published(unit, named_id)
    everybody = await read_features(scope, rule, CustomersOf(named_id))
    return run_backtest(told, Material(everybody, rule, version.card, version.version))


@handles(JOB, attempts=2, at_once=1)
async def _job(job: Job) -> None:
    await analyses.run_analysis(job, _test)


async def _test(scope: Scope, study: Study) -> None:
    question = msgspec.convert(study.question, Question)
    async with tenant(scope) as unit:
        version = await scorecard_store.version_by_id(unit, question.scorecard_id)

    async def heard(stage: str, done: int, of: int) -> None:
        await analyses.progress(scope, study.id, stage, done, of)

    everybody = await read_features(scope, question.rule, CustomersOf(version.named_id))
    material = Material(everybody, question.rule, version.card, version.version)
    trials = await run_in_subprocess(run_backtest, material, within=MOST_SECONDS, heard=heard)
    async with tenant(scope) as unit:
        await analyses.finish(unit, study.id, msgspec.to_builtins(trials), version.id)
