"""The discovered clusters of a business: found by a job, stored with names, counted live.

Signal shares of all customers are read in small transactions; the clusters are computed in a
separate process. A cluster that is found again keeps its name, so that movement between two runs
means that customers moved.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db import copy
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid
from pulse.i18n.sentences import Sentence
from pulse.jobs import analyses
from pulse.jobs.analyses import Study
from pulse.jobs.registry import Job, every, handles, in_every_business
from pulse.jobs.subprocess_runner import Told, run_in_subprocess
from pulse.milestones.default_rules import signal_shares
from pulse.scoring import scorecard_store
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.scoring.recalculation import present, score_at
from pulse.scoring.scorecard_store import Published
from pulse.segments.kmeans import LEAST_CUSTOMERS, Clusters, discover
from pulse.tables.analysis import CustomerCluster
from pulse.tables.customer import Customer

JOB = "find_clusters"
MOST_SECONDS = 300.0
AT_ONCE = 2_000  # customers read per transaction; short, so that live requests stay fast
LOOKED_AT = 20_000  # sample size; more customers give the same centres
REFRESHED_AFTER = timedelta(days=6)
COLUMNS = {"customer_id": "uuid", "name": "text"}


class ClusterReport(msgspec.Struct, frozen=True):
    """The clusters found, and the number of customers."""

    clusters: Clusters
    customers: int


async def enqueue_clustering(scope: Scope) -> UUID:
    """Enqueue the search for clusters (csm and above); Conflict while one is running."""
    scope.require(Permission.run_analyses)
    async with tenant(scope) as unit:
        return await analyses.enqueue_analysis(unit, scope, "clusters", {}, JOB)


@handles(JOB, attempts=2, at_once=1)
async def _run_job(job: Job) -> None:
    await analyses.run_analysis(job, _find_and_save)


async def _find_and_save(scope: Scope, study: Study) -> None:
    async with tenant(scope) as unit:
        current = await scorecard_store.published(unit)
        rhythm = await rhythm_of(unit)
        earlier = await analyses.newest_done(unit, "clusters")
        total = await repository.number_of_customers(unit)

    async def heard(stage: str, done: int, of: int) -> None:
        await analyses.progress(scope, study.id, stage, done, of)

    ids: list[UUID] = []
    parts: list[dict[str, Floats]] = []
    async for chunk in repository.in_chunks(scope, AT_ONCE):
        async with tenant(scope, replica=True) as unit:
            people = await gather(unit, chunk)
        found, shares = await asyncio.to_thread(_read_shares, people, current, rhythm)
        ids += found
        parts.append(shares)
        await heard("Reading the customers", len(ids), total)
    shares = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} if ids else {}
    before = msgspec.convert(earlier.report, ClusterReport).clusters if earlier else None
    clusters = await run_in_subprocess(
        find_clusters, _sample_evenly(shares), before, within=MOST_SECONDS, heard=heard
    )
    places = await asyncio.to_thread(clusters.places, shares)
    names = [clusters.clusters[place].name for place in places.tolist()]
    async with tenant(scope) as unit:
        await _save_clusters(unit, list(zip(ids, names, strict=True)))
        report = msgspec.to_builtins(ClusterReport(clusters, len(ids)))
        await analyses.finish(unit, study.id, report, None)


def find_clusters(told: Told, shares: Mapping[str, Floats], before: Clusters | None) -> Clusters:
    """Return clusters among these customers; Invalid when there are too few."""
    told("Looking for groups", 0, 0)
    found = discover(shares, before)
    if found is None:
        raise Invalid(
            Sentence(
                "There are too few customers to group: it takes {least}, and two signals.",
                least=LEAST_CUSTOMERS,
            ),
            code="TOO_FEW_CUSTOMERS",
        )
    return found


def _read_shares(
    people: Gathered, current: Published, rhythm: Rhythm
) -> tuple[list[UUID], dict[str, Floats]]:
    """Return the current customers and their share of each signal's points."""
    done = score_at(people, current, clock.now(), rhythm)
    here = present(people.facts, done.past)
    here = here[~done.standing.outside[here]]
    shares = signal_shares(current.card, current.catalogue, done.scores.contributions)
    return [people.ids[row] for row in here.tolist()], {k: v[here] for k, v in shares.items()}


def _sample_evenly(shares: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return an evenly spaced sample of at most LOOKED_AT customers."""
    size = len(next(iter(shares.values()), ()))
    rows = np.linspace(0, max(0, size - 1), min(size, LOOKED_AT)).astype(np.int64)
    return {key: values[rows] for key, values in shares.items()}


async def _save_clusters(unit: Unit, named: list[tuple[UUID, str]]) -> None:
    await CustomerCluster.update({CustomerCluster.before: CustomerCluster.name}).where(
        CustomerCluster.business_id == unit.business_id
    )
    still = (
        await Customer.select(Customer.id)
        .where(Customer.business_id == unit.business_id)
        .lock_rows("KEY SHARE")
    )
    here = {row["id"] for row in still}  # a customer may have been erased meanwhile
    rows = (row for row in named if row[0] in here)
    key = ("business_id", "customer_id")
    await copy.upsert(unit, "customer_clusters", COLUMNS, rows, conflict=key, update=("name",))


@every("47 4 * * 1", "clusters_refresh")
async def refresh_all() -> None:
    """Weekly: update clusters that were requested before."""
    await in_every_business("clusters_refresh", refresh)


async def refresh(scope: Scope) -> None:
    """Search again where the last result is old; in the background."""
    last = await analyses.newest(scope, "clusters")
    if last is None or last.status != "done" or last.created_at > clock.now() - REFRESHED_AFTER:
        return
    try:
        await enqueue_clustering(scope)
    except Conflict:
        return
