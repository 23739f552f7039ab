"""Every linked figure opens a list with exactly that many rows, for every role and book."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from pulse import clock
from pulse.auth.roles import PRESETS, Role
from pulse.cards import queue_queries
from pulse.customers import repository
from pulse.customers.follow_ups import plan_follow_up
from pulse.db.transaction import tenant
from ui.components.customer_filter import from_address
from ui.runtime.registry import discover

LEADS = re.compile(r"^(\d[\d,]*)(?=$|\s)")
NEEDS_A_SCORECARD = ("/scorecard",)  # explains that instead of showing figures
CONTEXTS = (None, "stuck", "busy", "frustrated", None, "exploring")


async def fill(shop, make_customer, owner):
    """Customers of every kind: bands, movements, states, owners, lifecycles, cards, follow-ups."""
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
            owner_id=(owner, None)[number % 2],
            context_type=CONTEXTS[number % 6],
            context_expires_at=now + timedelta(hours=20 * number),
        )
        if number % 5 == 0:
            await plan_follow_up(shop, customer, clock.today(), "call")
        if number % 4 == 0:
            async with tenant(shop) as unit:
                await unit.execute(
                    "INSERT INTO conversation_cards (business_id, customer_id, cause, status, "
                    "ai_generated_opener, actioned_at, writer, style, language, reason) VALUES "
                    "($1, $2, 'erosion', $3, 'Hi', $4, 'template', 'warm', 'en', 'fell')",
                    shop.business_id,
                    customer,
                    "actioned" if number % 8 == 0 else "pending",
                    now if number % 8 == 0 else None,
                )


async def rows_behind(scope, page, href):
    """Return how many rows the page at this URL shows."""
    found = urlsplit(href)
    given = dict(parse_qsl(found.query))
    if found.path == "/customers":
        return await repository.count_exactly(scope, from_address(given))
    if found.path == "/queue":
        tab, owner = given.get("tab", "open"), given.get("owner") or own(page, given.get("book"))
        return len(await queue_queries.list_cards(scope, tab, owner=owner, limit=200))
    return None


def own(page, book):
    """Return whose cards a book shows."""
    return {"mine": str(page.scope.actor.id), "team": "anybody"}.get(book, "")


@pytest.mark.parametrize("role", ["viewer", "csm", "admin"])
async def test_every_figure_counts_the_rows_of_its_list(render, shop, make_customer, role):
    await fill(shop, make_customer, shop.actor.id)
    compared = []
    views = [one for one in discover() if "{" not in one.route and not one.hidden]
    views = [one for one in views if one.route not in NEEDS_A_SCORECARD]
    for one in views:
        if not set(one.permission) & PRESETS[Role(role)]:
            continue
        for book in ("mine", "team", "all"):
            async with render(one.build, role=role, path=f"{one.route}?book={book}") as page:
                for words, href in links(page.strip):
                    counted = await rows_behind(shop, page.page, href)
                    shown = LEADS.match(words)
                    if counted is not None and shown:
                        said = int(shown[1].replace(",", ""))
                        compared.append((one.title, book, words, href, said, counted))
    wrong = [each for each in compared if each[-1] != each[-2]]
    assert wrong == [], wrong
    assert len(compared) > 30


def links(figures):
    """Return (text, URL) of values and second lines."""
    for figure in figures:
        if figure.href:
            yield figure.value, figure.href
        if figure.delta_href:
            yield figure.delta, figure.delta_href
