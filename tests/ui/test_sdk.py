"""Views made with `ui.sdk` alone: calendar, chart per day, note to many, table rows."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from nicegui import ui

from pulse import clock
from pulse.contexts import sharing
from pulse.contexts.reports_sql import contexts_per_day
from pulse.customers.staff_actions import add_notes
from pulse.customers.timeline import timeline
from pulse.db import crud
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.sdk import CustomerNote
from ui.sdk import (
    Calendar,
    CustomerFilter,
    Entry,
    Figure,
    Page,
    address_of,
    bindable_dataclass,
    kit,
    list_customers,
    number_field,
)


@bindable_dataclass
class State:
    figures: Sequence[Figure] = ()
    entries: Mapping[date, Sequence[Entry]] | None = None


async def renewals(page: Page) -> None:
    state = State()

    async def turn(first: date, last: date) -> None:
        chosen = CustomerFilter(renewal_from=first, renewal_to=last)
        found = await list_customers(page.scope, chosen, limit=200)
        state.figures = (Figure("Renewals this month", str(len(found.rows))),)
        entries: dict[date, list[Entry]] = {}
        for row in found.rows:
            entry = Entry(row.name, address_of(row.external_id))
            entries.setdefault(row.renewal_on, []).append(entry)
        state.entries = entries

    kit.Title("Renewals")
    kit.Figures().bind_figures_from(state, "figures")
    month = Calendar(date(2026, 5, 1), turn)
    await turn(*month.period)
    month.bind_entries_from(state, "entries")


async def test_a_calendar_shows_what_renews_in_its_month(render, shop, make_customer):
    await make_customer(shop, "c1", name="Ada", renewal_on=date(2026, 5, 31))
    await make_customer(shop, "c2", name="Ben", renewal_on=date(2026, 6, 1))
    async with render(renewals, role="viewer") as page:
        assert page.figures == {"Renewals this month": "1"}
        page.should_see("May 2026")
        page.should_see("Ada")
        assert "Ben" not in page.texts


async def test_a_full_day_shows_four_entries_and_the_others_below_their_number(
    render, shop, make_customer
):
    for n in range(6):
        await make_customer(shop, f"c{n}", name=f"Ada {n}", renewal_on=date(2026, 5, 31))
    async with render(renewals, role="viewer") as page:
        page.should_see("2 more")
        for n in range(6):
            page.should_see(f"Ada {n}")


async def test_contexts_are_counted_per_day_of_the_business(shop, make_customer):
    customer = await make_customer(shop)
    for context_type in ("stuck", "busy", "stuck"):
        async with tenant(shop) as unit:
            await sharing.share(unit, customer, context_type, None, None)
    today = clock.today()
    week = (today - timedelta(days=6), today)
    assert [one.shared for one in await contexts_per_day(shop, *week)] == [0] * 6 + [3]
    assert (await contexts_per_day(shop, *week, "stuck"))[-1].shared == 2
    with pytest.raises(Invalid, match="does not end before it begins"):
        await contexts_per_day(shop, today, today - timedelta(days=1))
    with pytest.raises(Invalid, match="is not a context"):
        await contexts_per_day(shop, *week, "happy")


async def test_one_note_is_written_to_everybody_a_filter_shows(shop, make_customer):
    for number in range(3):
        await make_customer(shop, f"c{number}", value=100.0 * number)
    assert await add_notes(shop, CustomerFilter(value_from=100.0), " Price change told. ") == 2
    bodies = [entry.text for entry in await timeline(shop, "c2") if entry.kind == "note"]
    assert bodies == ["Price change told."]
    assert [entry.kind for entry in await timeline(shop, "c0")] == []
    with pytest.raises(Invalid, match="1 to 4,000 characters"):
        await add_notes(shop, CustomerFilter(), " ")


async def test_rows_of_a_table_are_added_changed_and_deleted_within_the_business(
    shop, other_shop, make_customer
):
    assert crud.editable_columns(CustomerNote) == {"body": "text"}
    customer = await make_customer(shop)
    async with tenant(shop):
        await CustomerNote.insert(
            CustomerNote(business_id=shop.business_id, customer_id=customer, body="first")
        )
    (row,) = await crud.list_rows(shop, CustomerNote)
    await crud.change_row(shop, CustomerNote, row["id"], {"body": "second"})
    assert [one["body"] for one in await crud.list_rows(shop, CustomerNote)] == ["second"]
    assert await crud.list_rows(other_shop, CustomerNote) == []
    await crud.delete_row(other_shop, CustomerNote, row["id"])
    assert len(await crud.list_rows(shop, CustomerNote)) == 1
    await crud.delete_row(shop, CustomerNote, row["id"])
    assert await crud.list_rows(shop, CustomerNote) == []


async def valuable(page: Page) -> None:
    state = Narrowed()

    async def refresh(_: object = None) -> None:
        found = await list_customers(page.scope, CustomerFilter(value_from=state.least))
        state.figures = (Figure("Customers", str(len(found.rows))),)

    await refresh()
    least = number_field("Least value a year", None).bind_value_to(state, "least")
    least.on_value_change(refresh)
    kit.Figures().bind_figures_from(state, "figures")


@bindable_dataclass
class Narrowed:
    least: float | None = None
    figures: Sequence[Figure] = ()


async def test_a_bound_field_filters_the_rows(render, shop, make_customer):
    await make_customer(shop, "c1", value=40.0)
    await make_customer(shop, "c2", value=80.0)
    async with render(valuable, role="viewer") as page:
        assert page.figures == {"Customers": "2"}
        (field,) = [one for one in page.client.elements.values() if isinstance(one, ui.number)]
        field.value = 50
        async with asyncio.timeout(60):
            while page.figures != {"Customers": "1"}:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
