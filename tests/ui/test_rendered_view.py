"""Actions of `pulse.testing` in a view, and the errors they raise."""

import asyncio
from datetime import date

import pytest

from pulse.errors import Invalid, NotAllowed
from ui.runtime import registry
from ui.sdk import (
    Batch,
    CustomerFilter,
    Figure,
    Page,
    add_note,
    bindable_dataclass,
    confirm,
    count_customers,
    kit,
    plural,
    select_field,
    text_field,
    tick,
    view,
)

MAY = date(2026, 5, 1)


@bindable_dataclass
class State:
    told: str = ""


async def promises(page: Page) -> None:
    state = State()

    async def add() -> None:
        if not name.value:
            raise Invalid("Say what was promised.")
        scope = await page.acting()
        state.told = f"{scope.actor.name} promised {name.value} to {whom.value}"

    async def clear() -> None:
        if await confirm("Sure?", "All promises go.", "Clear"):
            state.told = "Nothing promised"

    def fail(on: bool) -> None:
        raise RuntimeError(f"ticked: {on}")

    name = text_field("Promise")
    whom = select_field("Customer", {"c1": "Ada", "c2": "Ben"}, "c1")
    tick("Urgent", False, fail)
    kit.Button("Add", add, kind="primary")
    kit.Button("Clear …", clear)
    kit.Button("Print").enable(False)
    kit.text("").bind_text_from(state, "told")


async def test_a_view_can_be_filled_in_pressed_and_answered(render):
    async with render(promises, role="csm") as page:
        page.should_see("Promise")
        page.should_see("Customer")  # a field's label is above it
        await page.fill("Promise", "a call")
        await page.choose("Customer", "Ben")
        await page.press("Add")
        page.should_see("Vera Viewing promised a call to c2")
        await page.press("Clear …")
        page.should_see("All promises go.")
        with pytest.raises(AssertionError, match="There is no button 'Add'"):
            await page.press("Add")  # behind the dialog
        await page.press("Clear")
        page.should_see("Nothing promised")
        page.should_not_see("All promises go.")


async def test_a_handlers_exception_is_raised_by_the_action(render):
    async with render(promises, role="csm") as page:
        with pytest.raises(Invalid, match="Say what was promised"):
            await page.press("Add")
        with pytest.raises(RuntimeError, match="ticked: True"):
            await page.fill("Urgent", True)


async def test_a_live_listeners_exception_is_raised_when_the_page_is_read(
    render, shop, make_customer
):
    reached = asyncio.Event()

    async def broken(page: Page) -> None:
        async def refresh(_: Batch) -> None:
            reached.set()
            raise RuntimeError("cannot be read")

        page.live.on(["customer_changed"], refresh)

    ada = await make_customer(shop, "c1")
    with pytest.raises(RuntimeError, match="cannot be read"):
        async with asyncio.timeout(30), render(broken, role="csm"):
            await add_note(shop, ada, "Called")
            await reached.wait()
    async with asyncio.timeout(30), render(broken, role="csm") as page:
        reached.clear()
        await add_note(shop, ada, "Called again")
        await reached.wait()
        with pytest.raises(RuntimeError, match="cannot be read"):
            page.should_see("Called")


def test_a_figure_refuses_a_value_that_is_no_text():
    with pytest.raises(TypeError, match=r"figure 'Calls' is no text: write number\(3\)"):
        Figure("Calls", 3)


async def test_a_missing_element_is_reported_with_existing_ones(render):
    async with render(promises, role="csm") as page:
        with pytest.raises(AssertionError, match=r"no button 'Save', only .*'Add'"):
            await page.press("Save")
        with pytest.raises(AssertionError, match="'Print' is disabled"):
            await page.press("Print")
        with pytest.raises(AssertionError, match="'Cleo' is not offered"):
            await page.choose("Customer", "Cleo")


async def test_a_test_changes_customers_and_waits_for_what_the_page_shows(
    render, shop, make_customer, make_staff, change_customer
):
    async def owned(page: Page) -> None:
        async def refresh(_: Batch) -> None:
            mine = CustomerFilter(owner=str(ben), strength_from=50, renewal_from=MAY)
            state.told = plural(await count_customers(page.scope, mine), "customer")

        state = State()
        await refresh([])
        kit.text("").bind_text_from(state, "told")
        page.live.on(["customer_changed"], refresh)

    ben = await make_staff(shop, "Ben Boss", role="manager")
    ada = await make_customer(shop, "c1", identity_strength=40.0)
    async with render(owned, own_book=False, path="/owned") as page:
        assert page.texts == ["0 customers"]
        await change_customer(
            shop, ada, owner_id=ben, renewal_on=MAY, identity_strength=60.0, band="steady"
        )
        await page.until(lambda: page.texts == ["1 customer"])


async def test_a_bar_of_a_chart_is_clicked_by_its_label_or_its_index(render):
    chosen: list[tuple[str, int]] = []

    async def choose(label: str, index: int) -> None:
        if label == "Lamps":
            raise RuntimeError("no lamps")
        chosen.append((label, index))

    async def sales(page: Page) -> None:
        bars = kit.charts.bars([("Gifts", 41.0), ("Lamps", 28.0)])
        kit.Chart(bars, label="Sales", on_choose=choose)
        kit.Chart(kit.charts.columns([("1 May", 3.0)]), label="Visits")

    async with render(sales) as page:
        await page.click_bar("Sales", 0)
        await page.click_bar("Sales", "Gifts")
        with pytest.raises(RuntimeError, match="no lamps"):
            await page.click_bar("Sales", "Lamps")
        with pytest.raises(AssertionError, match=r"no bar 'Cards': \['Gifts', 'Lamps'\]"):
            await page.click_bar("Sales", "Cards")
        with pytest.raises(AssertionError, match="'Visits' has no on_choose"):
            await page.click_bar("Visits", "1 May")
        with pytest.raises(AssertionError, match=r"no chart 'Returns', only \['Sales', 'Visits'\]"):
            await page.click_bar("Returns", 0)
    assert chosen == [("Gifts", 0), ("Gifts", 0)]


async def test_the_role_of_a_view_is_checked_as_in_the_dashboard(render):
    try:
        view("Promises", icon="handshake", route="/promises", permission="edit_rules")(promises)
        with pytest.raises(NotAllowed, match="Promises needs the permission “edit rules”"):
            async with render(promises, role="csm"):
                pass
        async with render(promises, role="manager") as page:
            page.should_see("Add")
    finally:
        registry._views.pop("/promises")
