"""Figures of a book for a strip: value, direction, period, and the linked list."""

from pulse.cards.outcomes.outcome_stats import Outreach
from pulse.cards.queue_queries import Counts
from pulse.scoring.bands import BANDS, EROSION_POINTS
from pulse.scoring.reports.overview import Overview
from ui.components.book import Book
from ui.components.outreach_links import history_link
from ui.formatters import MINUS, arrow, capitalized, money, number, percent, plural
from ui.kit.badges import band_name
from ui.kit.kpi_strip import Figure, Tone
from ui.runtime.page_context import Page
from ui.texts import gettext, marked


def overview_figures(page: Page, book: Book, now: Overview, cards: Outreach) -> list[Figure]:
    """Return the strip of Overview."""
    return [
        _average(book, now),
        _eroded(book, now),
        _improved(book, now),
        declared_figure(book, now),
        _risk(page, book, now),
        _response(book, cards),
    ]


def today_figures(book: Book, now: Overview, cards: Counts, touches: int) -> list[Figure]:
    """Return the counters of Today: each is hidden at zero, except the first."""
    cards_waiting, *others = [
        _counter(
            gettext("Cards waiting"),
            cards.open,
            gettext("ready to deliver"),
            f"/queue?book={book.key}",
        ),
        declared_figure(book, now),
        _eroded(book, now),
        _counter(
            gettext("How did it go?"),
            cards.asked,
            gettext("delivered some days ago, no outcome yet"),
            f"/queue?tab=asked&book={book.key}",
        ),
        _counter(
            gettext("Follow-ups due"),
            touches,
            gettext("due today or overdue"),
            book.link(touch="due"),
        ),
        _counter(
            gettext("Unassigned cards"),
            cards.unassigned,
            gettext("of customers without owner"),
            "/queue?owner=nobody",
        ),
    ]
    return [cards_waiting, *(one for one in others if one.value != "0" or one.delta_href)]


def _counter(words: str, count: int, what: str, href: str) -> Figure:
    return Figure(
        words, number(count), what if count else "all done", "" if count else "good", href
    )


def band_figures(book: Book, now: Overview) -> list[Figure]:
    """Return customers per band with the change over seven days, then those without a band."""
    outside = [
        Figure(
            "New",
            number(now.onboarding),
            "no band yet",
            "",
            book.link(lifecycle="onboarding"),
        ),
        Figure("Lapsed", number(now.lapsed), "silent too long", "", book.link(lifecycle="lapsed")),
        Figure("Left", number(now.left), "no customers any more", "", book.link(lifecycle="left")),
    ]
    bands = [_band(book, now, band) for band in BANDS]
    return [*bands, *(figure for figure in outside if figure.value != "0")]


def declared_figure(book: Book, now: Overview) -> Figure:
    """Return how many customers declare that they are stuck or frustrated."""
    calling = now.declared.get("stuck", 0) + now.declared.get("frustrated", 0)
    return Figure(
        "Stuck or frustrated",
        number(calling),
        gettext("{calls_24h} in the last 24 hours").format(calls_24h=number(now.calls_24h)),
        "bad" if calling and now.calls_24h else "",
        book.link(context="calls"),
        book.link(context="calls", declared_within_days=1),
    )


def _average(book: Book, now: Overview) -> Figure:
    change = now.average_change_7d
    delta = (
        gettext("{change} in 7 days").format(change=arrow(change, 1))
        if change is not None
        else gettext("no earlier score")
    )
    return Figure(
        "Average strength",
        number(now.average, 1),
        delta,
        tone(change),
        book.link(lifecycle="current"),
    )


def _eroded(book: Book, now: Overview) -> Figure:
    return Figure(
        "Eroded in 7 days",
        number(now.week.eroded),
        gettext("{eroded} in 30 days").format(eroded=number(now.month.eroded)),
        "bad" if now.week.eroded else "",
        book.link(change_7d_to=-EROSION_POINTS, sort="change_7d"),
        book.link(change_30d_to=-EROSION_POINTS, sort="-value_at_risk"),
    )


def _improved(book: Book, now: Overview) -> Figure:
    return Figure(
        "Improved in 7 days",
        number(now.week.improved),
        gettext("{improved} in 30 days").format(improved=number(now.month.improved)),
        "good" if now.week.improved else "",
        book.link(change_7d_from=EROSION_POINTS, sort="-change_7d"),
        book.link(change_30d_from=EROSION_POINTS, sort="-identity_strength"),
    )


def _risk(page: Page, book: Book, now: Overview) -> Figure:
    share = now.value_at_risk / now.value if now.value_at_risk and now.value else None
    return Figure(
        "Value at risk",
        money(now.value_at_risk, page.currency),
        ""
        if share is None
        else gettext("{share} of {value} a year").format(
            share=percent(share), value=money(now.value, page.currency)
        ),
        href=book.link(lifecycle="current", sort="-value_at_risk"),
    )


def _response(book: Book, cards: Outreach) -> Figure:
    good = cards.responded + cards.converted
    delta = gettext("{good} of {outcomes}, delivered in 30 days").format(
        good=good, outcomes=plural(cards.outcomes, "outcome")
    )
    change = None
    if cards.rate is not None and cards.rate_before is not None:
        change = (cards.rate - cards.rate_before) * 100
        delta = gettext("{good} of {outcomes} · {change} pts on 30 days before").format(
            good=good, outcomes=cards.outcomes, change=arrow(change)
        )
    listed = history_link(book, "outcomes", cards.days)
    return Figure("Response rate", percent(cards.rate), delta, tone(change), listed)


def _band(book: Book, now: Overview, band: str) -> Figure:
    count = now.bands[band]
    change = count - now.bands_before[band]
    share = percent(count / now.scored if now.scored else None)
    wanted = -change if band == "fragile" else change if band == "strong" else 0
    compared = now.average_change_7d is not None
    delta = (
        gettext("{share} · {change} in 7 days").format(share=share, change=arrow(change))
        if compared
        else gettext("{share} · no earlier score").format(share=share)
    )
    wanted = wanted if compared else 0
    return Figure(
        capitalized(band_name(band)),
        number(count),
        delta.replace("-", MINUS),
        tone(wanted),
        book.link(band=band),
        hint=MOVES if compared else "",
    )


MOVES = marked(
    "The change counts moves between the bands, so the three add up to zero. Customers who are "
    "new, came back, lapsed or left within the 7 days are in the number only."
)


def tone(change: float | None) -> Tone:
    """Return the tone: good, bad, or neutral."""
    if change is None or abs(change) < 0.05:
        return ""
    return "good" if change > 0 else "bad"
