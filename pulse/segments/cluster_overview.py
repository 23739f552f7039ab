"""Discovered clusters compared: size, strength, characteristics, movement."""

from datetime import datetime

import msgspec
from piccolo.query.functions.aggregate import Count

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.jobs import analyses
from pulse.scoring.reports import figures_sql
from pulse.segments.cluster_job import ClusterReport
from pulse.segments.kmeans import Cluster, Clusters
from pulse.segments.segment_overview import Segment, counted, segment
from pulse.tables.analysis import CustomerCluster

TELLING = 2  # number of signals named per cluster


class Trait(msgspec.Struct, frozen=True):
    """A cluster's share of a signal's points, and the average of all customers (0–1)."""

    signal: str
    share: float
    usual: float


class Group(msgspec.Struct, frozen=True):
    """The current state of a cluster; came, went: customers moved since the run before."""

    segment: Segment
    traits: tuple[Trait, ...]
    came: int
    went: int


class ClusterOverview(msgspec.Struct, frozen=True):
    """All clusters, largest first, and the date of the search."""

    found_at: datetime
    groups: tuple[Group, ...]


async def newest(scope: Scope) -> ClusterOverview | None:
    """Return the clusters of the latest run; None before the first."""
    scope.require(Permission.view)
    async with tenant(scope) as unit:
        study = await analyses.newest_done(unit, "clusters")
        if study is None or study.finished_at is None:
            return None
        rows = await figures_sql.clusters(unit)
        moves = (
            await CustomerCluster.select(
                CustomerCluster.before, CustomerCluster.name, Count().as_alias("customers")
            )
            .where(
                CustomerCluster.business_id == unit.business_id,
                CustomerCluster.before != "",
                CustomerCluster.before != CustomerCluster.name,
            )
            .group_by(CustomerCluster.before, CustomerCluster.name)
        )
    known = msgspec.convert(study.report, ClusterReport).clusters
    described = {cluster.name: _traits(known, cluster) for cluster in known.clusters}
    groups = [
        Group(
            segment(row, counted(CustomerFilter(cluster=row["name"])), rule=False),
            described.get(row["name"], ()),
            sum(move["customers"] for move in moves if move["name"] == row["name"]),
            sum(move["customers"] for move in moves if move["before"] == row["name"]),
        )
        for row in rows
    ]
    ordered = sorted(groups, key=lambda group: -group.segment.customers)
    return ClusterOverview(study.finished_at, tuple(ordered))


def _traits(known: Clusters, cluster: Cluster) -> tuple[Trait, ...]:
    gaps = sorted(
        zip(known.signals, known.means, known.spreads, strict=True),
        key=lambda one: -abs(cluster.centre[one[0]] - one[1]) / one[2],
    )
    return tuple(Trait(name, cluster.centre[name], usual) for name, usual, _ in gaps[:TELLING])
