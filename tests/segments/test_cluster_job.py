"""Clusters of a business: found by a job, stable names, usable as a filter."""

import msgspec
import pytest

from pulse import workflows
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.errors import Conflict, NotAllowed
from pulse.scoring.bands import BANDS
from pulse.segments import cluster_job, cluster_overview
from tests.fixtures.jobs import carried_out
from tests.fixtures.leavers import move_in

pytestmark = pytest.mark.slow


@pytest.fixture
async def clustered(leaving_shop: Scope) -> Scope:
    await workflows.rescore(leaving_shop)
    await cluster_job.enqueue_clustering(leaving_shop)
    study = await carried_out(leaving_shop, "clusters")
    assert (study.status, study.problem) == ("done", "")
    return leaving_shop


async def test_everybody_is_in_one_cluster_and_each_links_to_its_list(clustered: Scope):
    found = await cluster_overview.newest(clustered)
    assert found is not None
    sizes = {group.segment.name: group.segment.customers for group in found.groups}
    in_bands = sum([await repository.count(clustered, CustomerFilter(band=band)) for band in BANDS])
    assert sum(sizes.values()) == in_bands > 200, "lapsed customers are in no cluster"
    assert len(sizes) >= 3
    for group in found.groups:
        assert await repository.count(clustered, group.segment.chosen) == group.segment.customers
        assert (group.came, group.went) == (0, 0)
    clear = max(found.groups, key=lambda group: abs(group.traits[0].share - group.traits[0].usual))
    assert clear.traits[0].signal in clear.segment.name.lower()
    assert clear.segment.average is not None


async def test_names_are_kept_and_movement_is_counted(clustered: Scope):
    before = await cluster_overview.newest(clustered)
    assert before is not None
    names = {group.segment.name for group in before.groups}
    largest, smallest = before.groups[0].segment.name, before.groups[-1].segment.name
    async with tenant(clustered) as unit:
        moving = await unit.fetch(
            "SELECT customer_id FROM customer_clusters WHERE name = $1 LIMIT 3", largest
        )
        donor = await unit.fetchval(
            "SELECT c.attributes FROM customers c JOIN customer_clusters k ON k.customer_id = c.id "
            "WHERE k.name = $1 LIMIT 1",
            smallest,
        )
        await unit.execute(
            "UPDATE customers SET attributes = $2 WHERE id = ANY($1)",
            [row["customer_id"] for row in moving],
            donor,
        )
    await cluster_job.enqueue_clustering(clustered)
    await carried_out(clustered, "clusters")
    after = await cluster_overview.newest(clustered)
    assert after is not None
    assert {group.segment.name for group in after.groups} == names
    assert {group.segment.name: group for group in after.groups}[smallest].came >= 3
    assert {group.segment.name: group for group in after.groups}[largest].went >= 3


async def test_too_few_customers_are_reported(shop: Scope):
    await move_in(shop, size=30)
    await workflows.rescore(shop)
    await cluster_job.enqueue_clustering(shop)
    study = await carried_out(shop, "clusters")
    assert study.status == "failed"
    assert study.problem.startswith("There are too few customers to group")
    assert await cluster_overview.newest(shop) is None


async def test_a_viewer_reads_a_csm_starts_and_one_runs_at_a_time(leaving_shop: Scope):
    viewer = msgspec.structs.replace(leaving_shop, role=Role.viewer)
    assert await cluster_overview.newest(viewer) is None
    with pytest.raises(NotAllowed):
        await cluster_job.enqueue_clustering(viewer)
    await cluster_job.enqueue_clustering(msgspec.structs.replace(leaving_shop, role=Role.csm))
    with pytest.raises(Conflict):
        await cluster_job.enqueue_clustering(leaving_shop)


async def test_customers_without_a_segment_are_found(shop: Scope, make_customer):
    await make_customer(shop, "a", segment="Trade")
    await make_customer(shop, "b")
    without = await repository.listing(shop, CustomerFilter(has_segment=False))
    assert [row.external_id for row in without.rows] == ["b"]
    having = await repository.listing(shop, CustomerFilter(has_segment=True))
    assert [row.external_id for row in having.rows] == ["a"]
