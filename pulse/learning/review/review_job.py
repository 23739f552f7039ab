"""Monthly review: a challenger to the published scorecard, and the drift of the customers.

No score changes. A better challenger is stored as a draft with its verdict; a person decides
whether to publish it. Drift raises one alarm on the Scorecard page and in the log.
"""

from datetime import date, timedelta
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock, logs
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid
from pulse.events.publisher import record
from pulse.events.types import Notice
from pulse.i18n.sentences import Sentence, as_text, from_text
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.jobs.registry import Job, every, handles, in_every_business
from pulse.jobs.subprocess_runner import run_in_subprocess
from pulse.learning import outcome_options
from pulse.learning.labels import LabelRule, read_features
from pulse.learning.learning_job import weighted_metrics
from pulse.learning.outcome_options import in_words
from pulse.learning.review.contest import LEAST, Contest, ContestResult, Verdict, compete
from pulse.learning.review.drift import LEAST as LEAST_COMPARED
from pulse.learning.review.drift import Drift, drifts
from pulse.learning.review.groups import Grouped
from pulse.scoring import scorecard_store, versions
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.named.assignment import CustomersOf
from pulse.scoring.scorecard_store import Published
from pulse.tables.snapshot import IdentitySnapshot

JOB = "review_scorecard"
MOST_SECONDS = 900.0
APART = timedelta(days=28)
STILL = timedelta(days=60)
"""Age from which an unchanged score is not compared."""
COMPARED = 20_000  # snapshots per date
STRENGTH = "Identity strength"
OFF = 0.1
"""Calibration error from which the displayed chances are reported as wrong."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The results of a review."""

    version: int
    """The version published at that time."""
    rule: LabelRule | None = None
    verdict: Verdict | None = None
    why_not: str = ""
    """Why no challenger was learned, in words."""
    drift: Drift | None = None
    groups: tuple[Grouped, ...] = ()
    """The published scorecard by sensitive attributes."""

    @property
    def alarms(self) -> tuple[str, ...]:
        """The findings to look at, in words."""
        said = (
            [
                Sentence("{name} has changed since a month ago.", name=Sentence(name))
                for name in self.drift.changed
            ]
            if (self.drift)
            else []
        )
        if self.verdict and self.verdict.forward and self.verdict.champion.ece > OFF:
            said.append(Sentence("The chances to stay are off by more than ten points."))
        return tuple(said)


@every("27 4 1 * *", "scorecard_review")
async def review_all() -> None:
    """On the first of each month, review every business that has a scorecard."""
    await in_every_business("scorecard_review", review)


async def review(scope: Scope) -> None:
    """Enqueue a review of the published scorecard, unless one is running."""
    async with tenant(scope) as unit:
        if await scorecard_store.published_or_none(unit) is None:
            return
    try:
        await enqueue_review(scope)
    except Conflict:
        return


async def enqueue_review(scope: Scope) -> UUID:
    """Enqueue a review (managers and admins); returns the study's id. Raises Conflict."""
    scope.require(Permission.edit_scorecard)
    async with tenant(scope) as unit:
        return await analyses.enqueue_analysis(unit, scope, "review", {}, JOB)


async def newest_review(scope: Scope) -> Review | None:
    """The latest finished review."""
    async with tenant(scope) as unit:
        study = await analyses.newest_done(unit, "review")
    found = msgspec.convert(study.report, Review) if study else None
    return found and msgspec.structs.replace(found, why_not=from_text(found.why_not))


async def standing_alarms(scope: Scope) -> tuple[str, ...]:
    """The alarms of the latest review, in words.

    None once another version is published, because they do not apply to its scores.
    """
    async with tenant(scope) as unit:
        study = await analyses.newest_done(unit, "review")
        published = await scorecard_store.published_or_none(unit)
    found = msgspec.convert(study.report, Review) if study else None
    if found is None or published is None or found.version != published.version:
        return ()
    return found.alarms


@handles(JOB, attempts=2, at_once=1)
async def _job(job: Job) -> None:
    await analyses.run_analysis(job, _review)


async def _review(scope: Scope, study: Study) -> None:
    async with tenant(scope) as unit:
        current = await scorecard_store.published(unit)
        found = Review(version=current.version, drift=await drift_of(unit, current))
    decided, found = await _contested(scope, study, current, found)
    async with tenant(scope) as unit:
        draft = None
        if decided is not None and not decided.verdict.against:
            draft = await _offer(unit, scope, decided, found)
        await analyses.finish(unit, study.id, msgspec.to_builtins(found), draft)
        for alarm in found.alarms:
            logs.event(
                "scorecard_drifted",
                level="warning",
                business_id=str(unit.business_id),
                what=str(alarm),
            )
        if found.alarms:
            record(unit, Notice(text="scorecard_drifted", level="warning"))


async def _contested(
    scope: Scope, study: Study, current: Published, found: Review
) -> tuple[ContestResult | None, Review]:
    replace = msgspec.structs.replace
    offered = [
        one for one in await outcome_options.choices(scope) if min(one.left, one.stayed) >= LEAST
    ]
    choice = outcome_options.preferred(offered)
    if choice is None:
        return None, replace(found, why_not=_too_few())

    async def heard(stage: str, done: int, of: int) -> None:
        await analyses.progress(scope, study.id, stage, done, of)

    async with tenant(scope) as unit:
        rhythm = await rhythm_of(unit)
    contest = Contest(
        await read_features(scope, choice.rule, CustomersOf(current.named_id)),
        choice.rule,
        current.card,
        rhythm,
        clock.days_of(clock.now()),
    )
    try:
        decided = await run_in_subprocess(compete, contest, within=MOST_SECONDS, heard=heard)
    except Invalid as refused:
        return None, replace(found, rule=choice.rule, why_not=as_text(refused.message))
    return decided, replace(found, rule=choice.rule, verdict=decided.verdict, groups=decided.groups)


def _too_few() -> str:
    return as_text(Sentence("Fewer than {least} customers of each outcome yet.", least=LEAST))


async def _offer(unit: Unit, scope: Scope, decided: ContestResult, found: Review) -> UUID:
    """Store the challenger as a draft, and the metrics it needs that did not exist."""
    weighed = weighted_metrics(decided.card)
    known = {one.key for one in await scorecard_store.catalogue(unit)}
    fresh = [one for one in decided.found.catalogue if one.key in weighed and one.key not in known]
    await scorecard_store.add_to_catalogue(unit, fresh)
    terms = tuple(term for term in decided.card.terms if term.metric in weighed)
    card = msgspec.structs.replace(decided.card, terms=terms)
    said = in_words(found.rule).lower() if found.rule else ""
    draft = await versions.keep_draft(unit, scope, card, why=f"Challenger of the month: {said}")
    return draft.id


async def drift_of(unit: Unit, current: Published) -> Drift | None:
    """The latest snapshots compared with those of a month before; None without such days."""
    now = await _newest_day(unit, current, clock.today())
    before = await _newest_day(unit, current, now - APART) if now else None
    if now is None or before is None:
        return None
    then, today = [await _values(unit, current, day) for day in (before, now)]
    if min(len(then), len(today)) < LEAST_COMPARED:
        return None
    labels = {one.key: one.label for one in current.catalogue}
    names = (STRENGTH, *(labels.get(metric, metric) for metric in current.card.metrics))
    return Drift(before=before, now=now, customers=len(today), found=drifts(names, then, today))


async def _newest_day(unit: Unit, current: Published, until: date) -> date | None:
    row = (
        await IdentitySnapshot.select(IdentitySnapshot.snapshot_date)
        .where(
            IdentitySnapshot.business_id == unit.business_id,
            IdentitySnapshot.scorecard_id == current.id,
            IdentitySnapshot.snapshot_date <= until,
        )
        .order_by(IdentitySnapshot.snapshot_date, ascending=False)
        .first()
    )
    return row["snapshot_date"] if row else None


async def _values(unit: Unit, current: Published, day: date) -> Floats:
    """[N, 1 + M] strength and metric values on a day, NaN for not known.

    Snapshots are stored only when a score changes, so each customer's last one of the weeks before
    counts.
    """
    rows = (
        await IdentitySnapshot.select(
            IdentitySnapshot.identity_strength, IdentitySnapshot.metric_values
        )
        .where(
            IdentitySnapshot.business_id == unit.business_id,
            IdentitySnapshot.scorecard_id == current.id,
            IdentitySnapshot.snapshot_date <= day,
            IdentitySnapshot.snapshot_date > day - STILL,
        )
        .distinct(on=[IdentitySnapshot.customer_id])
        .order_by(IdentitySnapshot.customer_id)
        .order_by(IdentitySnapshot.snapshot_date, ascending=False)
        .limit(COMPARED)
    )
    return np.array(
        [(row["identity_strength"], *row["metric_values"]) for row in rows], dtype=np.float64
    )
