"""Reasons of an earlier day say of which day they are: on the card, in the queue and on Today."""

from datetime import UTC, datetime, timedelta

import pytest

from pulse import clock
from pulse.db.transaction import tenant
from pulse.i18n.dated_sentences import dated
from pulse.i18n.sentences import stored
from ui.kit.picklist import Picklist
from ui.pages.queue.card_facts import whole_points
from ui.pages.queue.page import show as show_queue
from ui.pages.today.page import show as show_today

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
WHY = "Last order 82 days ago."


async def add_card(shop, customer, evidence, reason=WHY) -> None:
    """Add a waiting card of 1 June with this evidence."""
    async with tenant(shop) as unit:
        await unit.execute(
            "INSERT INTO conversation_cards (business_id, customer_id, cause, status, "
            "ai_generated_opener, writer, style, language, reason, reasons, evidence, created_at) "
            "VALUES ($1, $2, 'overdue', 'pending', 'Hi Ada', 'template', 'warm', 'en', 'late', "
            "$3, $4, $5)",
            shop.business_id,
            customer,
            [stored(reason)],
            evidence,
            datetime(2026, 6, 1, tzinfo=UTC),
        )


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ((NOW - timedelta(days=21)).isoformat(), f"As of 9 Jun · {WHY}"),
        (NOW.isoformat(), WHY),
        (None, f"As of 1 Jun · {WHY}"),
        ("not a time", f"As of 1 Jun · {WHY}"),
    ],
)
async def test_older_reasons_name_their_day(render, shop, make_customer, as_of, said):
    ada = await make_customer(shop, "ada", identity_strength=30.0, band="fragile", value=90.0)
    await add_card(shop, ada, {"as_of": as_of} if as_of else {})
    told = said.removesuffix(WHY).removesuffix(" · ")
    with clock.at(NOW):
        async with render(show_today, role="csm", path="/?book=all") as page:
            (first,) = [row for row in page.rows if "why" in row]
            assert first["why"] == said
            assert first["brief"] == f"fragile · €90 · {said}"  # the line on a telephone
        async with render(show_queue, role="csm", path="/queue?book=all") as page:
            (picklist,) = page.elements(Picklist)
            assert [row["text"] for row in picklist.rows] == [said]
            assert [one for one in page.texts if one.startswith("As of ")] == [told] * bool(told)


async def test_a_reason_that_names_its_day_gets_no_second_one(render, shop, make_customer):
    ada = await make_customer(shop, "ada", identity_strength=30.0, band="fragile", value=90.0)
    fell = dated("Strength fell 40 (89 → 49).", datetime(2026, 6, 3, tzinfo=UTC).date())
    renewed = {"as_of": (NOW - timedelta(days=2)).isoformat()}
    await add_card(shop, ada, renewed, fell)
    with clock.at(NOW):
        async with render(show_queue, role="csm", path="/queue?book=all") as page:
            (picklist,) = page.elements(Picklist)
            (row,) = picklist.rows
    assert row["text"] == "As of 3 June: Strength fell 40 (89 → 49)."


@pytest.mark.parametrize(
    ("points", "total", "shown"),
    [
        ([48.4, 10.0, 7.4, 2.3], 68, [49, 10, 7, 2]),
        ([48.3, 10.0, 7.3, 2.4], 68, [48, 10, 7, 3]),
        ([90.0, 10.0, -15.0, 0.4], 85, [90, 10, -15, 0]),
        ([22.6, 10.0, 2.5, -15.0], 20, [23, 10, 2, -15]),
        ([], 0, []),
    ],
)
def test_the_parts_of_a_rank_sum_to_it_as_shown(points, total, shown):
    assert whole_points(points, total) == shown
