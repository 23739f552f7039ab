"""Monthly review: a challenger to each published scorecard, and the drift of its customers.

No score changes. Each scorecard is reviewed in a study of its own, on the customers whom it scores,
so that a failure leaves the others alone. A better challenger is stored as a draft of the scorecard
with its verdict; a person decides whether to publish it. Drift raises one alarm on the Scorecard
page and in the log.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import msgspec

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
from pulse.learning.outcome_options import Choice, in_words
from pulse.learning.review.contest import LEAST, Contest, ContestResult, Verdict, compete
from pulse.learning.review.drift import Drift
from pulse.learning.review.drift_data import drift_of
from pulse.learning.review.groups import Grouped
from pulse.scoring import scorecard_store, versions
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.named.assignment import CustomersOf
from pulse.scoring.scorecard_store import Published

JOB = "review_scorecard"
MOST_SECONDS = 900.0
KEPT = 12
"""The number of past reviews of a scorecard that are shown."""
OFF = 0.1
"""Calibration error from which the displayed chances are reported as wrong."""


class Question(msgspec.Struct, frozen=True):
    """Which scorecard to review; None: the default one."""

    named_id: UUID | None = None


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The results of a review."""

    version: int
    """The version published at that time."""
    scorecard: str = ""
    """The name of the scorecard at that time; empty where there was only one."""
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


class FinishedReview(msgspec.Struct, frozen=True, kw_only=True):
    """A review with its date and the draft that it offers."""

    id: UUID
    finished_at: datetime | None
    draft_id: UUID | None
    """The challenger, stored as a draft; None: not offered."""
    review: Review


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A finding about a published scorecard that is to be looked at."""

    scorecard: str
    """Its name; empty where there is only one."""
    version: int
    text: str


@every("27 4 1 * *", "scorecard_review")
async def review_all() -> None:
    """On the first of each month, review every business that has a scorecard."""
    await in_every_business("scorecard_review", review)


async def review(scope: Scope) -> None:
    """Enqueue a review of each published scorecard, except of those being reviewed."""
    async with tenant(scope) as unit:
        cards = await scorecard_store.each_published(unit)
    for card in cards:
        with suppress(Conflict):
            await enqueue_review(scope, card.named_id)


async def enqueue_review(scope: Scope, named_id: UUID | None = None) -> UUID:
    """Enqueue a review of the default scorecard or of this one (managers and admins).

    Returns the study's id. Raises Conflict while this scorecard is being reviewed.
    """
    scope.require(Permission.edit_scorecard)
    question = msgspec.to_builtins(Question(named_id))
    async with tenant(scope) as unit:
        return await analyses.enqueue_analysis(unit, scope, "review", question, JOB)


async def finished_reviews(
    scope: Scope, named_id: UUID | None = None, most: int = KEPT
) -> list[FinishedReview]:
    """The finished reviews of the default scorecard or of this one, newest first."""
    async with tenant(scope) as unit:
        return await finished_of(unit, named_id, most)


async def standing_alarms(scope: Scope) -> tuple[Alarm, ...]:
    """The alarms of the latest review of each published scorecard.

    None once another version is published, because they do not apply to its scores.
    """
    found: list[Alarm] = []
    async with tenant(scope) as unit:
        for card in await scorecard_store.each_published(unit):
            for one in await finished_of(unit, card.named_id, 1):
                if one.review.version == card.version:
                    found += [
                        Alarm(scorecard=card.name, version=card.version, text=text)
                        for text in one.review.alarms
                    ]
    return tuple(found)


async def finished_of(unit: Unit, named_id: UUID | None, most: int) -> list[FinishedReview]:
    """Do the work of `finished_reviews` inside a unit of work."""
    found = []
    for study in await analyses.done_of(unit, "review", named_id, most):
        review = msgspec.convert(study.report, Review)
        review = msgspec.structs.replace(review, why_not=from_text(review.why_not))
        draft = study.scorecard_id
        found.append(
            FinishedReview(
                id=study.id, finished_at=study.finished_at, draft_id=draft, review=review
            )
        )
    return found


@handles(JOB, attempts=2, at_once=1)
async def _job(job: Job) -> None:
    await analyses.run_analysis(job, _review)


async def _review(scope: Scope, study: Study) -> None:
    asked = msgspec.convert(study.question, Question)
    async with tenant(scope) as unit:
        current = await scorecard_store.published(unit, asked.named_id)
        drift = await drift_of(unit, current)
        found = Review(version=current.version, scorecard=current.name, drift=drift)
    decided, found = await _contested(scope, study, current, found)
    async with tenant(scope) as unit:
        draft = None
        if decided is not None and not decided.verdict.against:
            draft = await _offer(unit, scope, decided, found, current.named_id)
        await analyses.finish(unit, study.id, msgspec.to_builtins(found), draft)
        for alarm in found.alarms:
            logs.event(
                "scorecard_drifted",
                level="warning",
                business_id=str(unit.business_id),
                version=current.version,
                what=str(alarm),
            )
        if found.alarms:
            about = {"scorecard": current.name or None, "version": current.version}
            record(unit, Notice(text="scorecard_drifted", level="warning", about=about))


async def _contested(
    scope: Scope, study: Study, current: Published, found: Review
) -> tuple[ContestResult | None, Review]:
    replace, whose = msgspec.structs.replace, CustomersOf(current.named_id)
    counted = await outcome_options.choices(scope, whose)
    choice = outcome_options.preferred(
        [one for one in counted if min(one.left, one.stayed) >= LEAST]
    )
    if choice is None:
        return None, replace(found, why_not=_too_few(counted))

    async def heard(stage: str, done: int, of: int) -> None:
        await analyses.progress(scope, study.id, stage, done, of)

    async with tenant(scope) as unit:
        rhythm = await rhythm_of(unit)
    contest = Contest(
        await read_features(scope, choice.rule, whose),
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


def _too_few(counted: Sequence[Choice]) -> str:
    """The reason, with the numbers of the outcome that is known best."""
    if not counted:
        return as_text(Sentence("Fewer than {least} customers of each outcome yet.", least=LEAST))
    best = max(counted, key=lambda one: min(one.left, one.stayed))
    return as_text(
        Sentence(
            "Fewer than {least} customers of each outcome yet: {left} left and {stayed} stayed.",
            least=LEAST,
            left=best.left,
            stayed=best.stayed,
        )
    )


async def _offer(
    unit: Unit, scope: Scope, decided: ContestResult, found: Review, named_id: UUID | None
) -> UUID:
    """Store the challenger as a draft of its scorecard, and the metrics that did not exist."""
    weighed = weighted_metrics(decided.card)
    known = {one.key for one in await scorecard_store.catalogue(unit)}
    fresh = [one for one in decided.found.catalogue if one.key in weighed and one.key not in known]
    await scorecard_store.add_to_catalogue(unit, fresh)
    terms = tuple(term for term in decided.card.terms if term.metric in weighed)
    card = msgspec.structs.replace(decided.card, terms=terms)
    said = in_words(found.rule).lower() if found.rule else ""
    why = f"Challenger of the month: {said}"
    draft = await versions.keep_draft(unit, scope, card, why=why, named_id=named_id)
    return draft.id
