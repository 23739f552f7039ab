"""Every figure opens a list of exactly the rows it counts: all pages, for every role and book.

The figures are found on the drawn pages, not named here: strips, numbers in tables that are links,
links that begin with a number, tabs with a number, and the counts of the side bar. A list is opened
by drawing the page that the link names, for the same person. A whole number that opens nothing is
refused unless COUNTS_NO_ROWS gives the reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest

from pulse import clock
from pulse.customers.follow_ups import plan_follow_up
from pulse.db.transaction import tenant
from pulse.i18n.card_phrases import STYLES
from pulse.scoring import scorecard_store
from tests.fixtures.embed import CARD, STANDING
from ui.kit.buttons import Segments
from ui.kit.picklist import Picklist
from ui.kit.table import Table
from ui.kit.text import Link, Text
from ui.runtime.registry import View, discover

pytestmark = pytest.mark.slow

EVERYBODY = [(role, False) for role in ("viewer", "csm", "manager", "admin")]
OWN_BOOK = [(role, True) for role in ("viewer", "csm", "manager")]  # an admin sees all customers
BOOKS = ("mine", "team", "all")
LEADS = re.compile(r"^(\d[\d,]*)(?=$|\s(?!%))")
ENDS = re.compile(r"(?<=\D )(\d[\d,]*)$")
PAGED = re.compile(r"^[\d,]+–[\d,]+ of ([\d,]+)$")
PAGER = "pl-pager__text"
CONTEXTS = (None, "stuck", "busy", "frustrated", None, "exploring")
COUNTS_NO_ROWS = {
    ("Customers", "identity_strength"): "a score",
    ("Segments", "average"): "a score",
    ("Learning", "judged"): "cards of an evaluation on a sample of customers",
    ("Learning", "Judged"): "as above",
    ("Learning", "Came too late"): "as above",
}
"""Whole numbers without a list, by page and column or label, and why."""


@dataclass(frozen=True)
class Shown:
    """A number on a page: its label, and the URL that it opens ("" for none)."""

    label: str
    counted: int
    href: str


async def fill(shop, make_customer, owner):
    """Customers of every kind: bands, movements, states, owners, lifecycles, cards, follow-ups."""
    async with tenant(shop) as unit:
        await scorecard_store.save_catalogue(unit, [STANDING])
        await scorecard_store.publish(unit, CARD, by="tests")
    now = clock.now()
    for number in range(36):
        strength = 5.0 + number * 2.6
        band = "fragile" if strength < 40 else "steady" if strength < 70 else "strong"
        over = number % 11 == 0  # lapsed: without a band
        customer = await make_customer(
            shop,
            f"c{number}",
            identity_strength=strength,
            band=None if over else band,
            lifecycle="lapsed" if over else "active",
            change_7d=float((number * 7) % 41 - 20),
            change_30d=float((number * 11) % 61 - 30),
            value=100.0 * number,
            segment=("", "Gold", "Trial")[number % 3],
            owner_id=(owner, None, shop.actor.id)[number % 3],
            orders=number % 4,
            last_event_at=now - timedelta(days=5 * number),
            widget_seen_at=now - timedelta(hours=30 * number),
            context_type=CONTEXTS[number % 6],
            context_expires_at=now + timedelta(hours=20 * number),
        )
        if number % 5 == 0:
            await plan_follow_up(shop, customer, clock.today(), "call")
        await add_cards(shop, customer, number, owner)


STATES = {
    "pending": {},
    "snoozed": {},
    "actioned": {"delivered": True},
    "completed": {"delivered": True, "outcome": ("responded", "converted", "ignored")},
    "dismissed": {},
}


async def add_cards(shop, customer, number, owner):
    """A card in every state, of different ages, some delivered by this person; and a hold-out."""
    for place, (status, done) in enumerate(STATES.items()):
        if (number + 2 * place) % 5 == 0 or status == ("pending", "snoozed")[number % 2]:
            continue  # at most one open card a customer
        at = clock.now() - timedelta(days=(number * 13 + place * 29) % 400)
        outcome = done["outcome"][number % 3] if "outcome" in done else None
        async with tenant(shop) as unit:
            card = await unit.fetchval(
                "INSERT INTO conversation_cards (business_id, customer_id, cause, status, "
                "ai_generated_opener, created_at, updated_at, actioned_at, actioned_by, outcome, "
                "outcome_at, changed_at, changed_by, writer, prompt_version, style, language, "
                "reason) VALUES ($1, $2, $3, $4, 'Hi', $5, $5, $6, $7, $8, $9, $5, 'Cleo', $10, "
                "'v3', 'warm', 'en', 'fell') RETURNING id",
                shop.business_id,
                customer,
                ("erosion", "stuck")[number % 2] if status == "pending" else "overdue",
                status,
                at,
                at if "delivered" in done else None,
                (owner, shop.actor.id)[number % 2] if "delivered" in done else None,
                outcome,
                at if outcome else None,
                ("template", "model")[number // 3 % 2],
            )
            if outcome:
                await add_trial(unit, card, number, outcome)
    if number % 4 == 0:
        async with tenant(shop) as unit:
            await unit.execute(
                "INSERT INTO card_hold_outs (business_id, customer_id, cause, context, "
                "held_out_at) VALUES ($1, $2, 'overdue', 'none', $3)",
                shop.business_id,
                customer,
                clock.now() - timedelta(days=100 + number * 10),
            )


async def add_trial(unit, card, number, outcome):
    """A trial of a style, in one of two states; a card's cause may change after its trial."""
    await unit.execute(
        "INSERT INTO card_trials (business_id, card_id, cause, context, style, "
        "chance, outcome) VALUES ($1, $2, $4, $5, $6, 0.2, $3)",
        unit.business_id,
        card,
        outcome,
        ("overdue", "stuck")[number % 2],
        ("none", "busy")[number % 4 // 2],
        STYLES[number % len(STYLES)],
    )


def numbers(page) -> Iterator[Shown]:
    """Return every whole number on a page that is set as a figure, a link or a tab."""
    for figure in page.strip:
        yield from shown(figure.label, figure.value, figure.href)
        if figure.delta_href:  # without one, the second line explains the figure
            yield from shown(figure.label, figure.delta, figure.delta_href)
    for link in page.elements(Link):
        if link.visible:
            yield from shown(link.text, link.text, link.props["href"])
    for table in page.elements(Table):
        yield from cells(table)
    for tabs in page.elements(Segments):
        yield from tabs_with_numbers(page, tabs)


def cells(table) -> Iterator[Shown]:
    """Return the whole numbers in a table's cells."""
    for column in table._drawn:
        if column.kind in ("number", "count", "link"):
            for row in table.rows:
                words = str(row.get(column.key, ""))
                if words.replace(",", "").isdigit():
                    yield from shown(column.key, words, row.get(f"{column.key}_href", ""))


def tabs_with_numbers(page, tabs) -> Iterator[Shown]:
    """Return the numbers at the end of tabs, with the URLs that open the tabs."""
    for key, words in tabs.choices.items():
        if found := ENDS.search(words):
            given = {**page.page.address.given(), "card": "", "tab": key}
            yield Shown(words, whole(found[1]), f"{page.page.address.path}?{urlencode(given)}")


def shown(label, words, href) -> Iterator[Shown]:
    """Return the whole number that these words begin with."""
    if found := LEADS.match(words):
        yield Shown(label, whole(found[1]), href)


def view_of(path) -> View:
    """Return the view of this path."""
    return next(one for one in VIEWS if one.route == path)


def whole(digits) -> int:
    """Return the number of '1,406'."""
    return int(digits.replace(",", ""))


class Reader:
    """A person who reads pages and opens the lists of their figures."""

    def __init__(self, render, role, own_book):
        self._render, self._person = render, {"role": role, "own_book": own_book}
        self._lists: dict[str, int] = {}

    def draw(self, view, path):
        """Draw a page for this person."""
        parts = {"external_id": "c3"} if "{" in view.route else {}
        return self._render(view.build, path=path, **self._person, **parts)

    async def rows_of(self, href) -> int:
        """Return how many rows the page of this URL lists."""
        if href not in self._lists:
            async with self.draw(view_of(urlsplit(href).path), href) as page:
                lists = [len(one.rows) for one in page.elements(Picklist)]
                lists += [total_of(one) for one in page.elements(Text) if PAGER in one.classes]
                assert len(lists) == 1, f"{href} shows {len(lists)} lists"
                self._lists[href] = lists[0]
        return self._lists[href]


def total_of(pager) -> int:
    """Return the total of '1–25 of 36'; 0 of words such as 'No customers'."""
    found = PAGED.match(pager.text)
    assert found or not pager.text[0].isdigit(), f"{pager.text}: no exact total"
    return whole(found[1]) if found else 0


VIEWS: list[View] = [one for one in discover() if not one.demo_only]


def opens(view, scope) -> bool:
    """Return whether this person may see the page; imports are of everybody's customers."""
    return view.opens_for(scope) and (scope.sees_all or view.route != "/imports")


async def books_of(reader, view) -> list[str]:
    """Return the URLs of a page: with each book where it has the switch, else one."""
    async with reader.draw(view, view.route) as page:
        switches = [one for one in page.elements(Segments) if set(one.choices) == set(BOOKS)]
    return [f"{view.route}?book={book}" for book in BOOKS] if switches else [view.route]


@pytest.mark.parametrize(("role", "own_book"), [*EVERYBODY, *OWN_BOOK])
async def test_every_figure_opens_as_many_rows_as_it_counts(
    render, shop, make_customer, role, own_book
):
    reader = Reader(render, role, own_book)
    async with reader.draw(VIEWS[0], "/") as page:
        scope = page.page.scope
    await fill(shop, make_customer, scope.actor.id)
    compared, wrong, unlisted = set(), [], set()
    for view in [one for one in VIEWS if opens(one, scope)]:
        for path in await books_of(reader, view):
            async with reader.draw(view, path) as page:
                found = [*numbers(page)]
            for one in found:
                if not one.href and one.counted:
                    unlisted.add((view.title, one.label))
                elif one.href and one.counted != (rows := await reader.rows_of(one.href)):
                    wrong.append((path, one, rows))
                else:
                    compared.add((view.title, one.label))
    assert wrong == [], "\n".join(map(str, wrong))
    assert sorted(unlisted - set(COUNTS_NO_ROWS)) == []
    assert len(compared) > 30, compared
    assert compared >= LEARNED


LEARNED = {
    *(("Learning", column) for column in ("opened", "delivered", "responded", "ignored")),
    *(("Learning", column) for column in ("converted", "outcomes")),
}
"""The columns by cause, writer and style."""


@pytest.mark.parametrize("own_book", [False, True])
async def test_the_side_bar_counts_what_its_pages_list(render, shop, make_customer, own_book):
    reader = Reader(render, "csm", own_book)
    async with reader.draw(VIEWS[0], "/") as page:
        scope = page.page.scope
        await fill(shop, make_customer, scope.actor.id)
    counts = {one.route: await one.count(scope) for one in VIEWS if one.count}
    async with reader.draw(view_of("/"), "/") as page:
        waiting = whole(page.figures["Cards waiting"])
    listed = {"/": waiting, **{at: await reader.rows_of(at) for at in ("/customers", "/queue")}}
    assert counts == listed
    assert all(listed.values())
