"""Learn a business's scorecard from outcomes: requested, run by a job, stored as a draft.

The customers are read in small transactions and the learning runs in its own process. The result
changes no score until a person publishes it.
"""

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.audit import record
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.jobs.registry import Job, handles
from pulse.jobs.subprocess_runner import run_in_subprocess
from pulse.learning.data_checks import FindingKind
from pulse.learning.labels import Labelled, LabelRule, labelled_pooled
from pulse.learning.outcome_options import in_words
from pulse.learning.training import Learned, LearningResult, Material, learn_and_evaluate
from pulse.learning.trees.fitting import refuse_too_few
from pulse.scoring import scorecard_store, versions
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.lifecycle.standing import standing
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import Past
from pulse.scoring.named.assignment import CustomersOf
from pulse.scoring.scorecard import Scorecard, held_against
from pulse.tables.scorecard import Scorecard as ScorecardTable

JOB = "learn_scorecard"
MOST_SECONDS = 600.0


class Question(msgspec.Struct, frozen=True):
    """The outcome to learn from; and the reasons for including sensitive columns and leaks."""

    rule: LabelRule
    include_sensitive: bool = False
    why: str = ""
    named_id: UUID | None = None
    """The scorecard whose customers are learned from; None: the default one."""
    kept: tuple[str, ...] = ()
    """Metrics to learn from although they look like leaks."""
    kept_why: str = ""


class LearningReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report stored with a learned version: its outcomes and its evaluation."""

    rule: LabelRule
    as_of: float
    """Days since epoch: the date of the metrics."""
    lesson: LearningResult
    sensitive: tuple[str, ...]
    """Labels of the sensitive metrics that it weighs; empty unless an admin included them."""
    why: str = ""
    """The admin's reason for including them."""
    leaks: tuple[str, ...] = ()
    """Labels of the metrics that it weighs although they look like leaks; an admin kept them."""
    leaks_why: str = ""
    """The admin's reason for keeping them."""
    undeclared: tuple[str, ...] = ()
    """Labels of weighted attributes that were no metrics before."""


async def enqueue_learning(
    scope: Scope,
    rule: LabelRule,
    *,
    include_sensitive: bool = False,
    why: str = "",
    kept: Collection[str] = (),
    kept_why: str = "",
    named_id: UUID | None = None,
) -> UUID:
    """Enqueue learning the default scorecard or this one from its customers (managers and admins).

    Returns the study's id.

    Including sensitive columns, or metrics that look like leaks (`kept`, their keys), requires an
    admin and a reason each, and is audited. Raises Conflict while another one is being learned.
    """
    scope.require(Permission.edit_scorecard)
    if include_sensitive or kept:
        scope.require(Permission.manage_business)
    if include_sensitive and not why.strip():
        raise Invalid("Give a reason for including sensitive columns.", code="REASON_MISSING")
    if kept and not kept_why.strip():
        raise Invalid("Give a reason for keeping what looks like a leak.", code="REASON_MISSING")
    question = Question(
        rule, include_sensitive, why.strip(), named_id, tuple(kept), kept_why.strip()
    )
    async with tenant(scope) as unit:
        study = await analyses.enqueue_analysis(
            unit, scope, "learn", msgspec.to_builtins(question), JOB
        )
        await _audit_exceptions(unit, scope, question)
        return study


async def _audit_exceptions(unit: Unit, scope: Scope, question: Question) -> None:
    """Record the sensitive columns and leaks that are learned from, with their reasons."""
    outcome = str(in_words(question.rule))
    if question.include_sensitive:
        await record(unit, scope, "scorecard.sensitive_included", outcome, reason=question.why)
    if question.kept:
        await record(
            unit,
            scope,
            "scorecard.leak_kept",
            outcome,
            after={"metrics": ", ".join(question.kept)},
            reason=question.kept_why,
        )


@handles(JOB, attempts=2, at_once=1)
async def _job(job: Job) -> None:
    await analyses.run_analysis(job, _learn)


async def _learn(scope: Scope, study: Study) -> None:
    question = msgspec.convert(study.question, Question)
    found = await labelled_pooled(scope, question.rule, CustomersOf(question.named_id))
    refuse_too_few(found.stayed)
    _refuse_unknown(question.kept, found)

    async def heard(stage: str, done: int, of: int) -> None:
        await analyses.progress(scope, study.id, stage, done, of)

    material = Material(
        found.catalogue,
        found.measured,
        found.stayed,
        found.rows,
        question.include_sensitive,
        question.kept,
    )
    learned = await run_in_subprocess(
        learn_and_evaluate, material, within=MOST_SECONDS, heard=heard
    )
    async with tenant(scope) as unit:
        await _keep(unit, scope, study, question, found, learned)


def _refuse_unknown(kept: Sequence[str], found: Labelled) -> None:
    known = {definition.key for definition in found.catalogue}
    if unknown := [key for key in kept if key not in known]:
        raise Invalid(
            Sentence(
                "There is no metric “{metric}” to keep. There are: {known}.",
                metric=unknown[0],
                known=", ".join(sorted(known)),
            ),
            code="METRIC_MISSING",
        )


async def _keep(
    unit: Unit, scope: Scope, study: Study, question: Question, found: Labelled, learned: Learned
) -> None:
    """Store the draft, its report, its new metrics and the end of the study in one transaction."""
    weighed = weighted_metrics(learned.scorecard)
    card = await _against_active(unit, _without_idle(learned.scorecard, weighed), found)
    named = {definition.key: definition for definition in found.catalogue}
    fresh = [
        definition
        for definition in found.catalogue[found.everybody.declared :]
        if definition.key in weighed
    ]
    await scorecard_store.add_to_catalogue(unit, fresh)
    findings = learned.lesson.learned.findings

    def weighed_of(kind: FindingKind) -> tuple[str, ...]:
        about = weighed & {one.metric for one in findings if one.kind == kind}
        return tuple(named[key].label for key in named if key in about)

    report = LearningReport(
        rule=question.rule,
        as_of=found.as_of,
        lesson=learned.lesson,
        sensitive=weighed_of("sensitive"),
        why=question.why,
        leaks=weighed_of("leak"),
        leaks_why=question.kept_why,
        undeclared=tuple(definition.label for definition in fresh),
    )
    plain = msgspec.to_builtins(report)
    why = f"Learned from outcomes: {in_words(question.rule).lower()}"
    draft = await versions.keep_draft(
        unit, scope, card, why=why, report=plain, named_id=question.named_id
    )
    await analyses.finish(unit, study.id, {"version": draft.version}, draft.id)


def weighted_metrics(card: Scorecard) -> set[str]:
    """The metrics that have weight, alone or in a pair."""
    alone = {term.metric for term in card.terms if term.weight > 0}
    return alone | {metric for pair in card.pairs for metric in (pair.first, pair.second)}


def _without_idle(card: Scorecard, weighed: set[str]) -> Scorecard:
    """The card without attributes of zero weight, which need not be shown on every customer."""
    terms = tuple(term for term in card.terms if term.metric in weighed)
    return msgspec.structs.replace(card, terms=terms)


async def _against_active(unit: Unit, card: Scorecard, found: Labelled) -> Scorecard:
    """The card with factors centred on today's active customers, without those who have left."""
    rhythm, as_of = await rhythm_of(unit), clock.days_of(clock.now())

    def held() -> Scorecard:
        active = standing(Past(found.facts, as_of), rhythm).in_rhythm
        active &= found.everybody.belonged(as_of)
        return held_against(card, measure(found.facts, found.catalogue, as_of), active)

    return await asyncio.to_thread(held)


async def report_of(scope: Scope, scorecard_id: UUID) -> LearningReport | None:
    """The report of a learned version; None for a hand-set one."""
    async with tenant(scope):
        row = (
            await ScorecardTable.select(ScorecardTable.report)
            .where(
                ScorecardTable.business_id == scope.business_id, ScorecardTable.id == scorecard_id
            )
            .first()
        )
    plain = row["report"] if row else None
    return msgspec.convert(plain, LearningReport) if plain and "lesson" in plain else None
