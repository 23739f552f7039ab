"""The churn study of a business: run by a job in its own process, and stored.

The report is stored with the study; its prediction for each customer is in `churn_opinions`, where
a newer study replaces the previous one.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db import copy
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.jobs.registry import Job, every, handles, in_every_business
from pulse.jobs.subprocess_runner import run_in_subprocess
from pulse.learning.churn.predictions import PredictionSet
from pulse.learning.churn.training import Material, study
from pulse.learning.labels import EventsRule, Labelled, LabelRule, labelled
from pulse.learning.outcome_options import Choice, choices
from pulse.scoring import scorecard_store
from pulse.scoring.lifecycle.standing import OUTSIDE
from pulse.scoring.metrics.event_features import Bools
from pulse.tables.analysis import ChurnOpinion
from pulse.tables.customer import Customer, CustomerScore

JOB = "churn_study"
MOST_SECONDS = 900.0
REFRESHED_AFTER = timedelta(days=6)
COLUMNS = {
    "customer_id": "uuid",
    "base": "float8",
    "leaving": "float8",
    "strength": "float8",
    "strength_rank": "float8",
    "model_rank": "float8",
    "parts": "float8[]",
    "metric_values": "text",
}


class Question(msgspec.Struct, frozen=True):
    """The outcome to learn from."""

    rule: LabelRule


async def enqueue_study(scope: Scope, rule: LabelRule | None = None) -> UUID:
    """Enqueue a churn study (csm and up), by default of the likeliest outcome; returns its id.

    Raises Conflict while one is running, Invalid (TOO_FEW_OUTCOMES) when no outcome is known well
    enough.
    """
    scope.require(Permission.run_analyses)
    rule = rule or preferred(await choices(scope))
    if rule is None:
        raise Invalid("Too few outcomes are known: import who left first.", code="TOO_FEW_OUTCOMES")
    question = msgspec.to_builtins(Question(rule))
    async with tenant(scope) as unit:
        return await analyses.enqueue_analysis(unit, scope, "churn", question, JOB)


def preferred(offered: list[Choice]) -> LabelRule | None:
    """The business's outcome attribute, else the longest silence; None when too few are known."""
    enough = [choice.rule for choice in offered if choice.enough]
    said = [rule for rule in enough if not isinstance(rule, EventsRule)]
    silent = [rule for rule in enough if isinstance(rule, EventsRule)]
    if said or not silent:
        return said[0] if said else None
    return max((rule for rule in silent if rule.event == silent[0].event), key=lambda r: r.days)


@handles(JOB, attempts=2, at_once=1)
async def _job(job: Job) -> None:
    await analyses.run_analysis(job, _study)


async def _study(scope: Scope, asked: Study) -> None:
    rule = msgspec.convert(asked.question, Question).rule
    found = await labelled(scope, rule)
    async with tenant(scope) as unit:
        current = await scorecard_store.published_or_none(unit)
        outside = await _outside(unit, found.everybody.ids)

    async def heard(stage: str, done: int, of: int) -> None:
        await analyses.progress(scope, asked.id, stage, done, of)

    material = Material(found, rule, current, clock.days_of(clock.now()), outside)
    report, said = await run_in_subprocess(study, material, within=MOST_SECONDS, heard=heard)
    async with tenant(scope) as unit:
        await _keep(unit, found, said)
        await analyses.finish(unit, asked.id, msgspec.to_builtins(report), None)


async def _outside(unit: Unit, ids: Sequence[UUID]) -> Bools:
    """[N] which of these customers have lapsed or left by their present score."""
    rows = await CustomerScore.select(CustomerScore.customer_id).where(
        CustomerScore.business_id == unit.business_id, CustomerScore.lifecycle.is_in(list(OUTSIDE))
    )
    gone = {row["customer_id"] for row in rows}
    return np.array([one in gone for one in ids], dtype=bool)


async def _keep(unit: Unit, found: Labelled, said: PredictionSet) -> None:
    await ChurnOpinion.delete().where(ChurnOpinion.business_id == unit.business_id)
    ids = [found.everybody.ids[place] for place in said.places.tolist()]
    still = (
        await Customer.select(Customer.id)
        .where(Customer.business_id == unit.business_id, any_of(Customer.id, ids))
        .lock_rows("KEY SHARE")
    )
    here = {row["id"] for row in still}  # customers may have been erased meanwhile
    rows = (row for row in _rows(ids, said) if row[0] in here)
    await copy.upsert(unit, "churn_opinions", COLUMNS, rows)


def _rows(ids: list[UUID], said: PredictionSet) -> Iterator[tuple[Any, ...]]:
    parts = said.parts.tolist()
    for row, customer_id in enumerate(ids):
        yield (
            customer_id,
            float(said.base[row]),
            float(said.leaving[row]),
            _known(said.strength[row]),
            _known(said.strength_rank[row]),
            _known(said.model_rank[row]),
            parts[row],
            msgspec.json.encode(said.values[row]).decode(),
        )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@every("17 4 * * 1", "churn_refresh")
async def refresh_all() -> None:
    """Once a week: repeat requested studies, so that the model stays up to date."""
    await in_every_business("churn_refresh", refresh)


async def refresh(scope: Scope) -> None:
    """Enqueue the study again for the same outcome when the last one is old."""
    last = await analyses.newest(scope, "churn")
    if last is None or last.status != "done" or last.created_at > clock.now() - REFRESHED_AFTER:
        return
    try:
        await enqueue_study(scope, msgspec.convert(last.question, Question).rule)
    except Conflict:
        return
