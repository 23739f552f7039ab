"""Several scorecards: adding, removing, rolling back, previewing, learning, exporting."""

from datetime import timedelta

import msgspec
import pytest

from pulse import clock, workflows
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.contexts import disputes
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, NotAllowed
from pulse.imports.export import list_as_csv
from pulse.learning.labels import EventsRule, read_features
from pulse.scoring import versions
from pulse.scoring.named import service as named_scorecards
from pulse.scoring.named.assignment import CustomersOf
from pulse.scoring.reports.preview import preview
from pulse.scoring.scorecard import reweigh
from tests.fixtures.orders import NOW
from tests.workflows.several_scorecards import (
    B2B,
    IS_B2B,
    SPEND,
    publish_another,
)

pytestmark = pytest.mark.slow


async def test_a_roll_back_concerns_the_customers_of_that_scorecard_only(scored_shop: Scope):
    with clock.at(NOW):
        named_id = await publish_another(scored_shop, "Business", IS_B2B)
        await workflows.rescore(scored_shop)
        first = await versions.published_version(scored_shop, named_id)
    with clock.at(NOW + timedelta(minutes=10)):
        card = reweigh(first.card, SPEND)
        second = await versions.save_draft(scored_shop, card, named_id=named_id)
        await workflows.publish(scored_shop, second.id, "Spend")
        await workflows.rescore(scored_shop)
        assert (await versions.published_version(scored_shop)).version == 1
    async with tenant(scored_shop) as unit:
        for who in ("c0", "c8"):
            await unit.execute(
                "INSERT INTO customer_milestones (business_id, created_at, customer_id, key, "
                "title, text, reached_on) SELECT business_id, $1, id, 'band_strong', '', '', "
                "current_date FROM customers WHERE external_id = $2",
                NOW + timedelta(minutes=20),
                who,
            )
    with clock.at(NOW + timedelta(minutes=30)):
        await workflows.publish(scored_shop, first.id, "Back")
    async with tenant(scored_shop) as unit:
        kept = await unit.fetchval(
            "SELECT string_agg(c.external_id, ' ') FROM customer_milestones m "
            "JOIN customers c ON c.id = m.customer_id WHERE m.title = ''"
        )
    assert kept == "c8"


async def test_each_is_previewed_and_learned_on_its_own_customers(scored_shop: Scope):
    with clock.at(NOW):
        named_id = await named_scorecards.add(scored_shop, "Business", IS_B2B)
        current = await versions.published_version(scored_shop)
        card = reweigh(current.card, SPEND)
        assert (await preview(scored_shop, card, named_id)).customers == 4  # before it is published
        assert (await preview(scored_shop, card)).customers == 10
        await publish_another(scored_shop, "Nobody yet", "all:tag.has.nobody")
        nobody = (await named_scorecards.scorecards(scored_shop))[-1].id
        assert (await preview(scored_shop, card, nobody)).customers == 0
        draft = await versions.save_draft(scored_shop, card, named_id=named_id)
        await workflows.publish(scored_shop, draft.id, "For businesses")
        assert (await preview(scored_shop, card)).customers == 6
        rule = EventsRule("order")
        own = await read_features(scored_shop, rule, CustomersOf(named_id))
        rest = await read_features(scored_shop, rule, CustomersOf())
        everybody = await read_features(scored_shop, rule)
    assert sorted(own.external_ids) == list(B2B)
    assert len(rest.external_ids) == 6
    assert len(everybody.external_ids) == 10


async def test_a_preview_leaves_out_customers_without_a_band(scored_shop: Scope):
    with clock.at(NOW):
        current = await versions.published_version(scored_shop)
        async with tenant(scored_shop) as unit:
            await unit.execute(
                "UPDATE events SET occurred_at = occurred_at - interval '3 years' WHERE "
                "customer_id = (SELECT id FROM customers WHERE external_id = 'c3')"
            )
        seen = await preview(scored_shop, current.card)
    assert seen.customers == sum(seen.now.bands.values()) == 9


async def test_a_disputed_fact_is_no_difference_in_a_preview(scored_shop: Scope):
    with clock.at(NOW):
        async with tenant(scored_shop) as unit:
            someone = await repository.id_of(unit, "c3")
            await disputes.open_dispute(unit, someone, "orders_90", ("", ""), None)
        current = await versions.published_version(scored_shop)
        seen = await preview(scored_shop, current.card)
    assert [one.then - one.now for one in seen.movers] == [0.0] * 10


async def test_lists_and_exports_name_it_where_there_are_several(scored_shop: Scope):
    async def header_and_line() -> tuple[str, str]:
        body = b"".join([piece async for piece in list_as_csv(scored_shop, CustomerFilter())])
        head, *lines = body.decode().splitlines()
        return head, next(line for line in lines if line.startswith("c0,"))

    with clock.at(NOW):
        head, _ = await header_and_line()
        assert ",scorecard" not in head
        await publish_another(scored_shop, "Business", IS_B2B)
        await workflows.rescore(scored_shop)
        head, line = await header_and_line()
    place = head.split(",").index("scorecard")
    assert line.split(",")[place] == "Business"


@pytest.mark.parametrize(
    ("name", "condition", "words"),
    [
        ("  ", IS_B2B, "needs a name"),
        ("Default", IS_B2B, "already"),
        ("taken", IS_B2B, "already"),
        ("Weak", "all:band.is.fragile", "follows from the score"),
        ("Orders", "all:orders.at_least.3", "follows from the score"),
        ("None", "", "begin with"),
        ("Blank", "all:custom:.is.3", "no field"),
    ],
)
async def test_what_cannot_be_is_refused(scored_shop: Scope, name: str, condition: str, words: str):
    await named_scorecards.add(scored_shop, "Taken", IS_B2B)
    with pytest.raises((Invalid, Conflict), match=words):
        await named_scorecards.add(scored_shop, name, condition)
    assert len(await named_scorecards.scorecards(scored_shop)) == 1


async def test_a_csm_changes_no_scorecard(scored_shop: Scope):
    named_id = await named_scorecards.add(scored_shop, "Business", IS_B2B)
    csm = msgspec.structs.replace(scored_shop, role=Role.csm)
    for attempt in (
        named_scorecards.add(csm, "Mine", IS_B2B),
        named_scorecards.change(csm, named_id, "Mine", IS_B2B),
        named_scorecards.move(csm, named_id, up=True),
        named_scorecards.remove(csm, named_id),
    ):
        with pytest.raises(NotAllowed):
            await attempt
