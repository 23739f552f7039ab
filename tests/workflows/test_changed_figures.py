"""Open lists hear of each figure they show, also when the strength stays as it was."""

from datetime import timedelta
from pathlib import Path

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.ingestion.ingest import ingest
from pulse.db.transaction import tenant
from pulse.imports.runner import import_file
from pulse.live.hub import HUB
from pulse.tabular.mapping import ColumnMapping, Mapping
from tests.fixtures.orders import NOW

pytestmark = pytest.mark.slow
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0) + timedelta(days=1)
MINUTE = timedelta(minutes=1)
AMOUNTS = (
    "UPDATE customers SET yearly_value = 1 WHERE id = $1",
    "UPDATE customer_scores SET value_at_risk = value_at_risk + 10 WHERE customer_id = $1",
)
STANDING = (
    "UPDATE customer_scores SET lifecycle = 'onboarding' WHERE customer_id = $1",
    "UPDATE customer_scores SET band = CASE band WHEN 'strong' THEN 'steady' ELSE 'strong' END "
    "WHERE customer_id = $1",
)
STORED = [(one, "customer_changed") for one in AMOUNTS]
STORED += [(one, "identity_update") for one in STANDING]  # customers see these, too


async def told(scope: Scope, doing) -> list[tuple[str, object]]:
    """Return kind and customer of the messages the business's listeners receive."""
    async with HUB.subscribe(scope.business_id) as heard:
        await doing
        heard.end()
        return [(message.kind, message.customer_id) async for message in heard]


async def id_of(scope: Scope, external_id: str):
    return (await repository.customer(scope, external_id))["id"]


@pytest.mark.parametrize(("stored", "kind"), STORED)
async def test_a_figure_that_changed_without_the_strength_is_published(
    ordering_shop: Scope, stored: str, kind: str
):
    """The stored figure is another than the one of now, as after an order that only adds value."""
    with clock.at(MIDNIGHT - MINUTE):
        await workflows.rescore(ordering_shop)
        c1, c2 = await id_of(ordering_shop, "c1"), await id_of(ordering_shop, "c2")
    with clock.at(MIDNIGHT + MINUTE):  # strengths compare with those of the day before
        quiet = await told(ordering_shop, workflows.recalculate(ordering_shop, [c1, c2]))
        async with tenant(ordering_shop) as unit:
            await unit.execute(stored, c2)
        heard = await told(ordering_shop, workflows.recalculate(ordering_shop, [c1, c2]))
        again = await told(ordering_shop, workflows.recalculate(ordering_shop, [c1, c2]))
    assert quiet == []
    assert heard == [(kind, c2)]
    assert again == []


async def test_figures_of_many_customers_are_one_message(ordering_shop: Scope, monkeypatch):
    monkeypatch.setattr("pulse.live.publishing.CUSTOMERS", 3)
    with clock.at(MIDNIGHT - MINUTE):
        await workflows.rescore(ordering_shop)
    async with tenant(ordering_shop) as unit:
        await unit.execute("UPDATE customers SET yearly_value = 1")
    with clock.at(MIDNIGHT + MINUTE):
        heard = await told(ordering_shop, workflows.rescore(ordering_shop))
    assert [one for one in heard if one[0] == "customer_changed"] == [("customer_changed", None)]


async def test_a_trait_of_a_customer_is_published(ordering_shop: Scope):
    call = {"type": "identify", "userId": "c2", "traits": {"name": "Ann Lee", "value": 70}}
    c2 = await id_of(ordering_shop, "c2")
    assert ("customer_changed", c2) in await told(ordering_shop, ingest(ordering_shop, [call]))


async def test_an_import_ends_with_one_message_about_customers(
    ordering_shop: Scope, tmp_path: Path
):
    path = tmp_path / "list.csv"
    path.write_text("id,name\nc1,Ann Lee\nc2,Ben Lee\n")
    columns = ColumnMapping("id", "id"), ColumnMapping("name", "name")
    importing = import_file(ordering_shop, path, Mapping(columns=columns))
    heard = await told(ordering_shop, importing)
    assert [one for one in heard if one[0] == "customer_changed"] == [("customer_changed", None)]
