"""Studies: what takes a while, computations above all; run by a job, kept with a date.

One of a kind at a time per business. What a study found is its `report`; why it could not be done
is its `problem`, in words for the one who asked.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from pulse import clock, logs
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, NotFound, PulseError
from pulse.jobs.queue import enqueue
from pulse.jobs.registry import Job
from pulse.live.hub import announce
from pulse.live.messages import Message

Kind = Literal["learn", "backtest", "churn", "clusters", "cards"]
ABANDONED = timedelta(hours=1)  # a study that has not moved for so long died with its job
_FIELDS = (
    "id, kind, status, question, asked_by_id, asked_by, stage, done, total, problem, report, "
    "scorecard_id, created_at, finished_at"
)


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """One study as it stands; status: waiting → running → done or failed."""

    id: UUID
    kind: str
    status: str
    question: dict[str, Any]
    asked_by_id: UUID | None
    asked_by: str
    stage: str
    done: int
    total: int
    problem: str
    report: dict[str, Any]
    scorecard_id: UUID | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for its turn or is at work."""
        return self.status in ("waiting", "running")


async def enqueue_analysis(
    unit: Unit, scope: Scope, kind: Kind, question: dict[str, Any], job: str
) -> UUID:
    """Write a study down and leave it to a job; Conflict while another of its kind is open."""
    await unit.execute(
        "UPDATE studies SET status = 'failed', problem = 'It was interrupted.', updated_at = now() "
        "WHERE business_id = $1 AND status IN ('waiting', 'running') AND updated_at < $2",
        unit.business_id,
        clock.now() - ABANDONED,
    )
    made: UUID | None = await unit.fetchval(
        "INSERT INTO studies (business_id, kind, question, asked_by_id, asked_by) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (business_id, kind) "
        "WHERE status IN ('waiting', 'running') DO NOTHING RETURNING id",
        unit.business_id,
        kind,
        question,
        scope.actor.id,
        scope.actor.name,
    )
    if made is None:
        raise Conflict("One is running already: wait until it is done.", code="STUDY_RUNNING")
    await enqueue(unit, job, [{"study_id": str(made)}], keys=[str(made)])
    publish_analysis(unit, await by_id(unit, made))
    return made


async def newest(scope: Scope, kind: Kind, scorecard_id: UUID | None = None) -> Study | None:
    """The last one asked for (of this scorecard version, if given), whatever became of it."""
    scope.require(Role.viewer)
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            f"SELECT {_FIELDS} FROM studies WHERE business_id = $1 AND kind = $2 "
            "AND ($3::uuid IS NULL OR scorecard_id = $3) ORDER BY id DESC LIMIT 1",
            unit.business_id,
            kind,
            scorecard_id,
        )
    return None if row is None else Study(**dict(row))


async def newest_done(unit: Unit, kind: Kind, scorecard_id: UUID | None = None) -> Study | None:
    """The last one that was finished (for this scorecard version, if given)."""
    row = await unit.fetchrow(
        f"SELECT {_FIELDS} FROM studies WHERE business_id = $1 AND kind = $2 "
        "AND ($3::uuid IS NULL OR scorecard_id = $3) AND status = 'done' ORDER BY id DESC LIMIT 1",
        unit.business_id,
        kind,
        scorecard_id,
    )
    return None if row is None else Study(**dict(row))


async def by_id(unit: Unit, study_id: UUID) -> Study:
    """One study; raises NotFound."""
    row = await unit.fetchrow(
        f"SELECT {_FIELDS} FROM studies WHERE business_id = $1 AND id = $2",
        unit.business_id,
        study_id,
    )
    if row is None:
        raise NotFound("There is no such study.", code="STUDY_NOT_FOUND")
    return Study(**dict(row))


async def run_analysis(job: Job, work: Callable[[Scope, Study], Awaitable[None]]) -> None:
    """Do a job's study in the name of who asked, unless it is done; a refusal becomes its problem.

    A crash leaves it running, and the job that comes again does it from the beginning.
    """
    study_id = UUID(job.body["study_id"])
    async with tenant(job) as unit:
        study = await by_id(unit, study_id)
    if not study.is_open:
        return
    actor = Actor("staff", study.asked_by_id, study.asked_by)
    scope = Scope(job.business_id, actor, Role.admin)  # the role was checked when it was asked for
    try:
        await progress(scope, study_id, "Reading the customers", 0, 0)
        await work(scope, study)
    except PulseError as refused:
        await _failed(scope, study_id, refused.message)
    except Exception as broken:
        logs.failure("study_failed", broken, kind=study.kind, business_id=job.business_id)
        await _failed(scope, study_id, "Something went wrong on our side; it is written down.")


async def progress(scope: Scope, study_id: UUID, stage: str, done: int, total: int) -> None:
    """Say how far it is."""
    async with tenant(scope) as unit:
        await _set(unit, study_id, status="running", stage=stage, done=done, total=total)


async def finish(
    unit: Unit, study_id: UUID, report: dict[str, Any], scorecard_id: UUID | None
) -> None:
    """Keep what it found, in the transaction of what follows from it."""
    await _set(
        unit,
        study_id,
        status="done",
        report=report,
        scorecard_id=scorecard_id,
        finished_at=clock.now(),
    )


async def _failed(scope: Scope, study_id: UUID, problem: str) -> None:
    async with tenant(scope) as unit:
        await _set(unit, study_id, status="failed", problem=problem, finished_at=clock.now())


async def _set(unit: Unit, study_id: UUID, **values: Any) -> None:
    """Set columns of an open study (names come from code), and tell the open pages."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, start=3))
    await unit.execute(
        f"UPDATE studies SET {sets}, updated_at = now() WHERE business_id = $1 AND id = $2 "
        "AND status IN ('waiting', 'running')",
        unit.business_id,
        study_id,
        *values.values(),
    )
    publish_analysis(unit, await by_id(unit, study_id))


def publish_analysis(unit: Unit, study: Study) -> None:
    """Let open pages know, once the unit of work has committed."""
    payload = {
        "study_id": str(study.id),
        "kind": study.kind,
        "status": study.status,
        "stage": study.stage,
        "done": study.done,
        "total": study.total,
    }
    announce(unit, Message(business_id=unit.business_id, kind="study_progress", payload=payload))
