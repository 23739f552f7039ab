"""Lists of the churn page whose parameters change while they read: the last choice is shown."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest

from pulse.learning.churn import queries
from pulse.learning.churn.queries import ListedPrediction
from pulse.tasks import spawn
from tests.fixtures.held_reads import refresh
from ui.kit.picklist import Picklist
from ui.pages.churn import disagreements
from ui.pages.churn.disagreements import ADVICE, Disagreements

SIDES = {"only_model": ("ada", "ben"), "both": ("cora", "dora"), "only_strength": ("eva", "finn")}


def listed_as(name: str) -> ListedPrediction:
    return ListedPrediction(
        customer_id=uuid4(), external_id=name, name=name.title(), identity_strength=40.0,
        band="fragile", owner=None, leaving=0.6, because=(),
    )  # fmt: skip


@pytest.fixture
async def churn_lists(monkeypatch, shop, make_customer):
    """A view of the lists of a fitted model; returns its function."""
    for names in SIDES.values():
        for name in names:
            await make_customer(shop, name, identity_strength=40.0, band="fragile")

    async def listed(_scope, side, _report):
        return [listed_as(name) for name in SIDES[side]]

    monkeypatch.setattr(queries, "listed", listed)
    fitted = SimpleNamespace(
        fitted_at=datetime(2026, 6, 1, tzinfo=UTC), report=None, counts=dict.fromkeys(SIDES, 2)
    )

    async def show(page):
        lists = Disagreements(page)
        lists.draw()
        await lists.show(fitted)

        async def hear(_):
            await lists.refresh()

        page.live.on(("identity_update",), hear)

    return show


def listed_names(page) -> list[str]:
    (picklist,) = page.elements(Picklist)
    return [row["id"] for row in picklist.rows]


async def test_a_list_never_stands_under_the_advice_of_another(churn_lists, render, hold):
    async with render(churn_lists, role="csm") as page:
        lists = hold(queries, "listed")
        refreshed = refresh(page)
        await lists.asked(1)
        pressed = spawn(page.press("Both 2"), name="Both")
        await lists.asked(2)
        lists.release(0)
        await refreshed
        assert listed_names(page) == ["ada", "ben"]
        page.should_see(ADVICE["only_model"])
        lists.release(1)
        await pressed
        assert listed_names(page) == ["cora", "dora"]
        page.should_see(ADVICE["both"])
        page.should_see("Customer cora: the model")


def test_the_advice_is_true_of_every_row_by_its_ranks():
    for words in ADVICE.values():
        assert "fifth" in words
        assert "expect" not in words, "the chance of a row may be far below one half"


async def test_the_last_of_two_quick_choices_stays(churn_lists, render, hold):
    async with render(churn_lists, role="csm") as page:
        lists = hold(queries, "listed")
        both = spawn(page.press("Both 2"), name="Both")
        await lists.asked(1)
        strength = spawn(page.press("Only strength 2"), name="Only strength")
        await lists.asked(2)
        lists.release(1)
        lists.release(0)
        await both
        await strength
        assert listed_names(page) == ["eva", "finn"]
        page.should_see(ADVICE["only_strength"])
        page.should_see("Customer eva: the model")


async def test_a_refresh_does_not_take_the_choice_from_a_click(churn_lists, render, hold):
    async with render(churn_lists, role="csm") as page:
        lists = hold(queries, "listed")
        both = spawn(page.press("Both 2"), name="Both")
        await lists.asked(1)
        refreshed = refresh(page)
        await lists.asked(2)
        lists.release(1)
        await refreshed
        lists.release(0)
        await both
        assert listed_names(page) == ["cora", "dora"]
        page.should_see("Customer cora: the model")


async def test_a_search_answered_late_does_not_replace_a_click(churn_lists, render, hold):
    async with render(churn_lists, role="csm") as page:
        found = hold(disagreements.repository, "listing")
        (picklist,) = page.elements(Picklist)
        search = spawn(page.fill("Any customer", "finn"), name="search")
        await found.asked(1)
        await picklist._picked("ben")
        found.release(0)
        await search
        page.should_see("Customer ben: the model")


async def test_a_list_that_became_shorter_has_no_more_customers(churn_lists, render, monkeypatch):
    """Who has lapsed since is on no list, and the number is read with the model only."""

    async def only_ada(*_):
        return [listed_as("ada")]

    async with render(churn_lists, role="csm") as page:
        monkeypatch.setattr(queries, "listed", only_ada)
        await refresh(page)
        assert listed_names(page) == ["ada"]
        page.should_not_see("more, with smaller differences")
