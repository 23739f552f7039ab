"""Pages whose parameters change while they read: what was chosen last is shown, and acted on."""

import asyncio
from datetime import date
from types import SimpleNamespace
from uuid import UUID

from nicegui import Client, ui

from pulse.auth.settings.business_settings import set_section
from pulse.cards import queue_queries
from pulse.live.messages import Message
from pulse.scoring.bands import BANDS
from pulse.tasks import spawn
from tests.fixtures.held_reads import refresh
from tests.ui.test_today import add_card
from ui.components import book
from ui.components.job_progress import JobProgress
from ui.kit.calendar import Calendar
from ui.kit.picklist import Picklist
from ui.pages.audit import page as audit
from ui.pages.customers import page as customers
from ui.pages.insights import page as insights
from ui.pages.overview import page as overview
from ui.pages.queue import card_editor
from ui.pages.queue import page as queue
from ui.pages.queue.editor_state import EditorState
from ui.pages.scorecard import score_preview
from ui.pages.scorecard.score_preview import ScorePreview
from ui.runtime import page_context
from ui.runtime.page_context import Address


async def three_cards(shop, make_customer) -> None:
    for name in ("ada", "ben", "cora"):
        await add_card(shop, await make_customer(shop, name, identity_strength=30.0))


def cards(page) -> Picklist:
    (picklist,) = page.elements(Picklist)
    return picklist


def click(page, row_id: str):
    async def run() -> None:
        with page.page.place:
            await cards(page)._picked(row_id)

    return spawn(run(), name="click on a card")


async def test_the_queue_lists_the_tab_chosen_last(shop, make_customer, render, hold):
    await three_cards(shop, make_customer)
    async with render(queue.show, role="csm", path="/queue?book=all&tab=done") as page:
        lists = hold(queue_queries, "list_cards")
        waiting = spawn(page.press("Waiting 3"), name="Waiting")
        await lists.asked(1)
        snoozed = spawn(page.press("Snoozed 0"), name="Snoozed")
        await lists.asked(2)
        lists.release(1)
        lists.release(0)
        await snoozed
        await waiting
        assert cards(page).ids == []
        page.should_see("No card is open")
        assert page.page.address.get("tab") == "snoozed"


async def test_the_editor_shows_the_card_chosen_last(shop, make_customer, render, hold):
    await three_cards(shop, make_customer)
    async with render(queue.show, role="csm", path="/queue?book=all") as page:
        _, second, third = cards(page).rows
        about = hold(card_editor, "about")
        slow = click(page, second["id"])
        await about.asked(1)
        quick = click(page, third["id"])
        await about.asked(2)
        about.release(1)
        about.release(0)
        await quick
        await slow
        page.should_see(third["title"])
        page.should_not_see(second["title"])
        assert page.page.address.get("card") == third["id"]


async def test_a_delivered_card_keeps_its_own_text(shop, make_customer, render, hold):
    await three_cards(shop, make_customer)
    async with render(queue.show, role="csm", path="/queue?book=all") as page:
        first, second, _ = cards(page).ids
        await page.fill("Opener", "Words for the first")
        checks = hold(page_context, "verified")
        delivered = spawn(page.press("Mark delivered"), name="deliver")
        await checks.asked(1)
        await click(page, second)
        checks.release_all()
        await delivered
        assert page.page.address.get("card") == second, "the click stays"
    found = await queue_queries.card(shop, UUID(first))
    assert (found.status, found.opener) == ("actioned", "Words for the first")


async def test_a_read_before_a_saved_draft_does_not_put_the_old_text_back(
    shop, make_customer, render, hold, monkeypatch
):
    shown, assign_writer = asyncio.Event(), EditorState.assign_writer

    def assigned(state, card, page):
        assign_writer(state, card, page)
        if card.opener == "Newer words":
            shown.set()

    monkeypatch.setattr(EditorState, "assign_writer", assigned)
    await three_cards(shop, make_customer)
    async with render(queue.show, role="csm", path="/queue?book=all") as page:
        read = hold(card_editor, "read_card")
        refreshed = refresh(page)
        await read.asked(1)
        await page.fill("Opener", "Newer words")
        async with asyncio.timeout(30):
            await shown.wait()  # it is saved a moment after the typing
        read.release_all()
        await refreshed
        (opener,) = page.elements(ui.textarea)
        assert opener.value == "Newer words"


async def test_figures_and_links_are_of_one_book(shop, make_customer, render, hold):
    await make_customer(shop, "ada", identity_strength=30.0)
    async with render(overview.show, role="csm", path="/overview?book=all") as page:
        read = hold(overview, "read_overview")
        refreshed = refresh(page)
        await read.asked(1)
        mine = spawn(page.press("My book"), name="My book")
        await read.asked(2)
        read.release(1)
        await mine
        read.release(0)
        await refreshed
        assert page.figures["Fragile"] == "0"  # nobody is in a book
        links = [one.href for one in page.strip if one.href.startswith("/customers")]
        assert links
        assert all("owner=" in one for one in links), links


async def test_of_two_quick_books_the_last_is_shown(shop, make_customer, render, hold):
    await make_customer(shop, "ada", identity_strength=30.0)
    async with render(overview.show, role="csm", path="/overview?book=team") as page:
        stored = hold(book, "set_preference")
        mine = spawn(page.press("My book"), name="My book")
        await stored.asked(1)
        every = spawn(page.press("All"), name="All")
        await stored.asked(2)
        stored.release(1)
        stored.release(0)
        await every
        await mine
        assert page.texts[1] == "1 customer"  # nobody is in a book


async def test_the_period_of_insights_is_the_one_chosen_last(shop, render, hold):
    async with render(insights.show, role="csm", path="/insights?book=all") as page:
        read = hold(insights, "outreach")
        month = spawn(page.choose("Period", "30 days"), name="30 days")
        await read.asked(1)
        year = spawn(page.choose("Period", "A year"), name="A year")
        await read.asked(2)
        read.release(1)
        read.release(0)
        await year
        await month
        page.should_see("No card was delivered in 365 days.")
        assert {one.delta for one in page.strip if one.label == "Delivered"} == {"in 365 days"}


async def test_the_number_of_customers_is_of_the_filter_shown(shop, make_customer, render, hold):
    for name in ("ada", "ben", "cora"):
        await make_customer(shop, name, name=name, identity_strength=30.0)
    path = "/customers?sort=name"
    async with render(customers.show, role="csm", path=path) as page:
        read = hold(customers.repository, "listing")
        refreshed = spawn(page.fill("Search name, e-mail, id", "a"), name="a")
        await read.asked(1)
        searched = spawn(page.fill("Search name, e-mail, id", "nobody"), name="nobody")
        await read.asked(2)
        read.release(1)
        read.release(0)
        await searched
        await refreshed
        page.should_see("0 customers")
        assert page.rows == []


async def test_more_of_a_former_search_is_not_appended(shop, render, hold, monkeypatch):
    monkeypatch.setattr(audit, "PAGE", 1)
    for tone in ("Short.", "Long."):
        await set_section(shop, "cards", {"tone": tone})
    async with render(audit.show, path="/audit") as page:
        read = hold(audit, "entries")
        more = spawn(page.press("Show more"), name="more")
        await read.asked(1)
        searched = spawn(page.fill("Search person or subject", "no such person"), name="search")
        await read.asked(2)
        read.release(1)
        read.release(0)
        await searched
        await more
        page.should_see("Nothing here")


async def test_a_preview_of_former_weights_says_so(render, monkeypatch):
    found = SimpleNamespace(
        movers=(), band_changes=0, customers=0,
        now=SimpleNamespace(mean=50.0, bands=dict.fromkeys(BANDS, 0), bars=[0]),
        then=SimpleNamespace(mean=50.0, bands=dict.fromkeys(BANDS, 0), bars=[0]),
    )  # fmt: skip
    draft = {"card": "published"}

    async def computed(_scope, card, _whose):
        draft["card"] = "changed meanwhile"
        return found

    async def show(page):
        preview = ScorePreview(page, lambda: draft["card"], lambda: None)
        await preview.draw()

    monkeypatch.setattr(score_preview, "preview", computed)
    async with render(show) as page:
        page.should_see("weights have changed since")
        await page.press("Compute the preview")
        page.should_not_see("weights have changed since")


async def test_a_message_is_newer_than_a_read_that_began_before(shop):
    async def over() -> None: ...

    async def read():
        await progress.hear([message])
        return SimpleNamespace(is_open=False, status="done")

    told = {"kind": "churn", "status": "running", "stage": "", "done": 1, "total": 2}
    message = Message(business_id=shop.business_id, kind="study_progress", payload=told)
    progress = JobProgress("churn", over)
    await progress.follow(read())
    assert progress.is_open


async def test_a_calendar_that_is_turned_twice_asks_for_the_month_shown():
    asked, running = [], asyncio.Event()

    async def turn(first, _last):
        asked.append(first)
        await running.wait()

    with Client(ui.page(""), request=None):
        made = Calendar(date(2026, 3, 15), turn)
        turned = [spawn(made._go(1), name="turn") for _ in range(3)]
        await asyncio.sleep(0)
        running.set()
        await asyncio.gather(*turned)
    assert asked == [date(2026, 4, 1), date(2026, 6, 1)]


async def test_a_view_that_was_left_does_not_change_the_url():
    with Client(ui.page(""), request=None) as client:
        address = Address("/queue?tab=done", {"tab": "done"})
        address.is_left = True
        address.set(card="1")
        assert "pl-shown" not in client.storage
