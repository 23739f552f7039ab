"""Studies: long computations, run by a job and stored with their date.

Only one of each kind runs at a time per business, and per scorecard where the question names one as
`named_id`. The result of a study is its `report`; the reason for a failure is its `problem`, in
words for the person who requested it.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.query import Select

from pulse import clock, logs
from pulse.auth.roles import Permission, Role
from pulse.auth.scope import Actor, Scope
from pulse.db.engine import json_text
from pulse.db.prepared import columns_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, NotFound, PulseError
from pulse.events.publisher import record
from pulse.events.types import Progress
from pulse.i18n.sentences import as_text, from_text
from pulse.jobs.queue import enqueue
from pulse.jobs.registry import Job
from pulse.tables.analysis import Study as StudyTable

Kind = Literal["learn", "backtest", "churn", "clusters", "cards", "review"]
ABANDONED = timedelta(hours=1)  # a running study without progress for so long died with its job
LOST = timedelta(days=1)  # and one that waits: it may wait for many others
OPEN = ("waiting", "running")


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """One study; status: waiting → running → done or failed."""

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
        """Whether it is waiting or running."""
        return self.status in OPEN

    @property
    def named_id(self) -> UUID | None:
        """The named scorecard that it is about; None: the default one, or none."""
        named_id = self.question.get("named_id")
        return UUID(named_id) if named_id else None


async def enqueue_analysis(
    unit: Unit, scope: Scope, kind: Kind, question: dict[str, Any], job: str
) -> UUID:
    """Record a study and enqueue its job; raises Conflict while another of its kind is open."""
    await StudyTable.update(
        {StudyTable.status: "failed", StudyTable.problem: "It was interrupted."}
    ).where(
        StudyTable.business_id == unit.business_id,
        ((StudyTable.status == "running") & (StudyTable.updated_at < clock.now() - ABANDONED))
        | ((StudyTable.status == "waiting") & (StudyTable.updated_at < clock.now() - LOST)),
    )
    row = StudyTable(
        business_id=unit.business_id,
        kind=kind,
        question=json_text(question),
        asked_by_id=scope.actor.id,
        asked_by=scope.actor.name,
    )
    made: list[dict[str, Any]] = []
    async with unit.ignore_duplicates():  # violates the constraint studies_one_at_a_time
        made = await StudyTable.insert(row)
    if not made:
        raise Conflict("One is running already: wait until it is done.", code="STUDY_RUNNING")
    await enqueue(unit, job, [{"study_id": str(row.id)}], keys=[str(row.id)])
    publish_analysis(unit, await by_id(unit, row.id))
    return row.id


async def newest(scope: Scope, kind: Kind, scorecard_id: UUID | None = None) -> Study | None:
    """The latest requested study (of this scorecard version, if given), whatever its status."""
    scope.require(Permission.view)
    async with tenant(scope) as unit:
        return await _first(_of_kind(unit, kind, scorecard_id))


async def newest_done(unit: Unit, kind: Kind, scorecard_id: UUID | None = None) -> Study | None:
    """The latest finished study (of this scorecard version, if given)."""
    return await _first(_of_kind(unit, kind, scorecard_id).where(StudyTable.status == "done"))


async def newest_of(scope: Scope, kind: Kind, named_id: UUID | None) -> Study | None:
    """The latest requested study of this scorecard (None: the default one), in any status."""
    scope.require(Permission.view)
    async with tenant(scope) as unit:
        return await _first(_of_scorecard(unit, kind, named_id))


async def done_of(unit: Unit, kind: Kind, named_id: UUID | None, most: int) -> list[Study]:
    """The latest finished studies of this scorecard (None: the default one), newest first."""
    query = _of_scorecard(unit, kind, named_id).where(StudyTable.status == "done")
    return [Study(**row) for row in await query.limit(most)]


async def by_id(unit: Unit, study_id: UUID) -> Study:
    """One study; raises NotFound."""
    found = await _first(
        StudyTable.select(*_SHOWN).where(
            StudyTable.business_id == unit.business_id, StudyTable.id == study_id
        )
    )
    if found is None:
        raise NotFound("There is no such study.", code="STUDY_NOT_FOUND")
    return found


def _of_kind(unit: Unit, kind: Kind, scorecard_id: UUID | None) -> Select[StudyTable]:
    """The studies of a kind, newest first (of this scorecard version, if given)."""
    query = StudyTable.select(*_SHOWN).where(
        StudyTable.business_id == unit.business_id, StudyTable.kind == kind
    )
    if scorecard_id:
        query = query.where(StudyTable.scorecard_id == scorecard_id)
    return query.order_by(StudyTable.id, ascending=False)


def _of_scorecard(unit: Unit, kind: Kind, named_id: UUID | None) -> Select[StudyTable]:
    wanted = str(named_id) if named_id else ""
    return _of_kind(unit, kind, None).where(
        WhereRaw("coalesce(question ->> 'named_id', '') = {}", wanted)
    )


async def _first(query: Select[StudyTable]) -> Study | None:
    row = await query.first()
    return Study(**{**row, "problem": from_text(row["problem"])}) if row else None


_SHOWN = columns_of(StudyTable, Study)


async def run_analysis(job: Job, work: Callable[[Scope, Study], Awaitable[None]]) -> None:
    """Run a job's study in the name of its requester, unless it is done.

    A PulseError becomes its problem. After a crash it stays running, and the repeated job runs it
    from the beginning.
    """
    study_id = UUID(job.body["study_id"])
    async with tenant(job) as unit:
        study = await by_id(unit, study_id)
    if not study.is_open:
        return
    actor = Actor("staff", study.asked_by_id, study.asked_by)
    # the permission was checked when the study was requested
    scope = Scope(job.business_id, actor, Role.admin)
    try:
        await progress(scope, study_id, "Reading the customers", 0, 0)
        await work(scope, study)
    except PulseError as refused:
        await _mark_failed(scope, study_id, refused.message)
    except Exception as broken:
        logs.failure("study_failed", broken, kind=study.kind, business_id=job.business_id)
        await _mark_failed(scope, study_id, "Something went wrong on our side; it is written down.")


async def progress(scope: Scope, study_id: UUID, stage: str, done: int, total: int) -> None:
    """Store and publish the progress; the stage as of `as_text`."""
    async with tenant(scope) as unit:
        await _set(unit, study_id, status="running", stage=as_text(stage), done=done, total=total)


async def finish(
    unit: Unit, study_id: UUID, report: dict[str, Any], scorecard_id: UUID | None
) -> None:
    """Store the report, in the transaction that also writes its results."""
    await _set(
        unit,
        study_id,
        status="done",
        report=json_text(report),
        scorecard_id=scorecard_id,
        finished_at=clock.now(),
    )


async def _mark_failed(scope: Scope, study_id: UUID, problem: str) -> None:
    async with tenant(scope) as unit:
        await _set(
            unit, study_id, status="failed", problem=as_text(problem), finished_at=clock.now()
        )


async def _set(unit: Unit, study_id: UUID, **values: Any) -> None:
    """Set columns of an open study (names come from code), and update open pages."""
    changes: dict[Column | str, Any] = dict(values.items())
    await StudyTable.update(changes).where(
        StudyTable.business_id == unit.business_id,
        StudyTable.id == study_id,
        StudyTable.status.is_in(list(OPEN)),
    )
    publish_analysis(unit, await by_id(unit, study_id))


def publish_analysis(unit: Unit, study: Study) -> None:
    """Update open pages, once the unit of work has committed."""
    payload = {
        "study_id": str(study.id),
        "kind": study.kind,
        "named_id": study.named_id,
        "status": study.status,
        "stage": study.stage,
        "done": study.done,
        "total": study.total,
    }
    record(unit, Progress(work="study", state=payload))
