"""Workflows: data in → recalculation → snapshot → milestones → cards → live updates.

One public function per thing that can happen; each is one transaction, published after it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from pulse import clock, logs
from pulse.auth.scope import Scope
from pulse.batching import Batcher
from pulse.cards import from_scores, maintenance, refresh
from pulse.contexts import sharing
from pulse.contexts.sharing import Context
from pulse.customers import events, pending_scores, repository
from pulse.customers.events import NewEvent
from pulse.db.transaction import Unit, tenant
from pulse.db.transient import retry_conflicts
from pulse.events.publisher import record
from pulse.events.types import (
    ContextShared,
    ContextWithdrawn,
    MilestonesReached,
    Notice,
    Progress,
    ScoresChanged,
)
from pulse.jobs.queue import enqueue
from pulse.jobs.registry import Job, handles
from pulse.milestones import store
from pulse.scoring import default_scorecard, recalculation, versions
from pulse.scoring.lifecycle import chance_store, feed_check
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.named import assignment
from pulse.scoring.named import store as named_store
from pulse.scoring.recalculation import Change, Recalculated
from pulse.scoring.versions import Version

OnProgress = Callable[[int, int], None]
RESCORE = versions.RESCORE  # kind of the durable job that a publication enqueues
DATA_AT_FAULT = (ArithmeticError, ValueError, TypeError, LookupError)
"""Errors that the data of one customer can cause; trying the same data again does not help."""
ALIKE = 64  # customers: when so many fail together, the cause is not the data of one of them
CHUNK = 5_000  # customers per transaction, which must be short so that live requests stay fast
CHUNKS_AT_ONCE = 3  # chunks in progress: one is read, one computed, one written
TAPS_APART = 0.1  # seconds between two rounds of scores and cards after shared contexts


async def record_events(scope: Scope, happened: Sequence[NewEvent]) -> list[Change]:
    """Store events, recalculate the customers concerned, and publish the changes."""
    async with tenant(scope) as unit:
        written = await events.append(unit, happened)
        record(unit, *events.arrived(happened, written))
        return await _recalculate(unit, written.customers, True)


@retry_conflicts
async def recalculate(
    scope: Scope, customers: Sequence[UUID], *, patient: bool = False
) -> list[Change]:
    """Score these customers again. patient: commit asynchronously; the job's end flushes."""
    async with tenant(scope) as unit:
        if patient:
            await unit.set_local(synchronous_commit="off")
        return await _recalculate(unit, customers)


async def recalculate_isolated(
    scope: Scope, customers: Sequence[UUID], *, patient: bool = False
) -> list[Change]:
    """Like `recalculate`, but a customer who cannot be scored does not stop the others.

    The others are found by halving; the failing one is logged. When none of ALIKE or more can be
    scored, the data is not the cause and the error is raised.
    """
    try:
        return await recalculate(scope, customers, patient=patient)
    except DATA_AT_FAULT as failed:
        if len(customers) > 1:
            half = len(customers) // 2
            first = await recalculate_isolated(scope, customers[:half], patient=patient)
            if half >= ALIKE and not first:
                raise
            return first + await recalculate_isolated(scope, customers[half:], patient=patient)
        logs.failure("identity_calc_failed", failed, business_id=scope.business_id)
        return []


async def rescore(
    scope: Scope, progress: OnProgress | None = None, *, customers: Sequence[UUID] | None = None
) -> int:
    """Score all customers as of now, or only these, if there is a scorecard.

    In chunks, each its own transaction: after a crash some are not yet scored, none partly. A
    customer who cannot be scored keeps the old score. Returns how many were scored.
    """
    async with tenant(scope) as unit:
        everybody = await default_scorecard.publish_first(unit)
        if everybody is not None or customers is None:
            customers = None
            await chance_store.ensure_lifecycle(unit, everybody)
            if await feed_check.check_feed(unit):
                record(unit, Notice(text="feed_stopped", level="warning"))
        total = await repository.number_of_customers(unit) if customers is None else len(customers)
    scored = 0
    turns = asyncio.Semaphore(CHUNKS_AT_ONCE)

    async def one(chunk: list[UUID]) -> None:
        nonlocal scored
        try:
            scored += len(await recalculate_isolated(scope, chunk, patient=True))
            async with tenant(scope) as unit:
                record(unit, Progress(work="rescoring", state={"done": scored, "total": total}))
        finally:
            turns.release()
        if progress is not None:
            progress(scored, total)

    try:
        async with asyncio.TaskGroup() as group:
            async for chunk in repository.in_chunks(scope, CHUNK, customers):
                await turns.acquire()
                group.create_task(one(chunk))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return scored


async def publish(scope: Scope, scorecard_id: UUID, why: str = "") -> Version:
    """Publish a scorecard version (an older one for a roll-back) and rescore in a job.

    The first scores of the version open no card and reach no milestone. A roll-back undoes what the
    other version caused.
    """
    async with tenant(scope) as unit:
        replaced = await versions.publication(unit, scorecard_id)
        version = await versions.publish_version(unit, scope, scorecard_id, why)
        since = versions.rolled_back_since(replaced, version)
        await maintenance.take_back(unit, since, await _of_one_card(unit, version))
        await enqueue(unit, RESCORE, [{}], keys=[f"v{version.version}"])
        record(unit, Notice(text="scorecard_published"))
        return version


async def _of_one_card(unit: Unit, version: Version) -> list[UUID] | None:
    """Return the versions of the same scorecard; None where there is no other scorecard."""
    if not await named_store.names(unit):
        return None
    return await named_store.version_ids(unit, version.named_scorecard_id)


@handles(RESCORE, at_once=1)
async def _rescore_job(job: Job) -> None:
    """Rescore a business; idempotent."""
    await rescore(job.scope)


async def share_context(
    scope: Scope,
    external_id: str,
    context_type: str,
    note: str | None = None,
    client_key: str | None = None,
) -> Context:
    """Store a context shared by a customer: staff see it at once and the queue is reordered.

    Score and cards follow in a second unit of work, together for all contexts shared at the same
    moment.
    """

    @retry_conflicts
    async def share() -> tuple[Context, pending_scores.Due | None]:
        async with tenant(scope) as unit:
            customer_id = await repository.id_of(unit, external_id, scope)
            shared = await sharing.share(unit, customer_id, context_type, note, client_key)
            if shared.again:
                return shared.context, None
            marked = await pending_scores.mark(unit, [customer_id])
            told = ContextShared(
                customer_id=customer_id, external_id=external_id, context=shared.context
            )
            record(unit, told)
        return shared.context, marked

    context, marked = await share()
    if marked is not None:
        await _TAPS.submit(scope.business_id, _SharedContext(scope, marked))
    return context


async def withdraw_context(scope: Scope, external_id: str, context_id: UUID) -> None:
    """Withdraw a shared context."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        taken_back = await sharing.withdraw(unit, customer_id, context_id)
        left = await sharing.shared_now(unit, customer_id)
        if all(one.context_type != taken_back for one in left):
            await refresh.close_withdrawn(unit, customer_id, taken_back)
        await _update_cards(unit, [customer_id])
        withdrawn = ContextWithdrawn(
            customer_id=customer_id, external_id=external_id, context_id=context_id
        )
        record(unit, withdrawn)


async def expire_contexts(scope: Scope) -> None:
    """End expired contexts and publish it."""
    async with tenant(scope) as unit:
        for customer_id in await sharing.expire(unit):
            external_id = await repository.external_id_of(unit, customer_id)
            await from_scores.reprioritize(unit, [customer_id])
            record(unit, ContextWithdrawn(customer_id=customer_id, external_id=external_id))


async def replay(scope: Scope, moments: Sequence[datetime]) -> AsyncIterator[datetime]:
    """Replay past moments in order with the same steps as today; yields each one when done.

    Everything is read once: the metrics only use data before the moment they are computed for.
    """
    async with tenant(scope) as unit:
        everybody = await gather(unit)
        with clock.at(moments[-1]):
            current = await default_scorecard.ensure_published(unit, everybody)
            await chance_store.ensure_lifecycle(unit, everybody)
    for moment in moments:
        with clock.at(moment):
            async with tenant(scope) as unit:
                done = await recalculation.recalculate(unit, gathered=everybody, current=current)
                await _record_consequences(unit, done)
        yield moment


async def _recalculate(unit: Unit, customers: Sequence[UUID], live: bool = False) -> list[Change]:
    if not customers:
        return []
    changes: list[Change] = []  # no scorecard yet: the first import or rescore publishes it
    for done in await assignment.recalculate_each(unit, customers):
        changes += await _record_consequences(unit, done, live=live)
    return changes


async def _record_consequences(
    unit: Unit, done: Recalculated, *, live: bool = False
) -> list[Change]:
    """What follows a recalculation in the same transaction: milestones, cards, messages."""
    reached = await store.save_milestones(unit, done, live=live)
    record(unit, MilestonesReached(reached=reached))
    await from_scores.open_due_cards(unit, done, reached)
    made_by = done.published
    told = ScoresChanged(changes=done.changes, scorecard=made_by.name, version_id=made_by.id)
    record(unit, told)
    return done.changes


class _SharedContext(msgspec.Struct, frozen=True):
    """A shared context that was published; its score and card are still to be updated."""

    scope: Scope
    marked: pending_scores.Due


@retry_conflicts
async def _update_scores_and_cards(taps: Sequence[_SharedContext]) -> None:
    marked = pending_scores.all_of([tap.marked for tap in taps])
    async with tenant(taps[0].scope) as unit:
        await _update_cards(unit, sorted(set(marked.customers)))
        await pending_scores.clear_pending(unit, marked)


_TAPS = Batcher(_update_scores_and_cards, TAPS_APART)


async def _update_cards(unit: Unit, customers: Sequence[UUID]) -> None:
    """Update the cards of customers whose contexts were shared, withdrawn or expired.

    A new score is published here: the recalculation that follows new data finds it unchanged.
    """
    for done in await assignment.recalculate_each(unit, customers):
        if any(change.is_shown for change in done.changes):
            await _record_consequences(unit, done)
        else:
            await from_scores.open_due_cards(unit, done, [])
    await from_scores.reprioritize(unit, customers)
