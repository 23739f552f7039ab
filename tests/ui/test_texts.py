"""The dashboard's texts: choice of language, and extraction of all texts."""

import asyncio
import inspect
import io
from datetime import UTC, datetime

import pytest

from tools.text_extraction import WORDS, extract_words
from ui import formatters, kit
from ui.kit import buttons, dialogs, feedback, fields
from ui.runtime.registry import view
from ui.texts import choose, gettext, reading


@pytest.mark.parametrize(
    ("chosen", "accepted", "own", "language"),
    [
        ("de", "en-GB", "en", "de"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "en", "de"),
        (None, "en;q=0.5, de;q=0.9", "en", "de"),
        (None, "ja, ko", "de", "de"),
        (None, "ja", "bn", "en"),
        ("fr", "", "", "en"),  # no French dashboard yet
        ("../../etc", "x" * 9000, "", "en"),
    ],
)
def test_the_language_is_the_persons_else_browsers_else_businesss(
    chosen: str | None, accepted: str, own: str, language: str
) -> None:
    assert choose(chosen, accepted=accepted, own=own) == language


def test_numbers_dates_and_money_follow_the_language() -> None:
    day = datetime(2026, 3, 12, tzinfo=UTC)
    with reading("de"):
        assert gettext("Customers") == "Kunden"
        assert gettext("a text without a translation") == "a text without a translation"
        assert formatters.number(1234.5, 1) == "1.234,5"
        assert formatters.money(41_230, "EUR").replace("\xa0", " ") == "41.230 €"
        assert formatters.money(3_400_000, "EUR").replace("\xa0", " ") == "3,4 Mio. €"
        assert formatters.day(day) == "12.03.2026"
        assert formatters.month(day) == "März 2026"
        assert [formatters.day_name(place) for place in (0, 6)] == ["Mo", "So"]
        assert formatters.plural(1, "customer") == "1 Kunde"
        assert formatters.plural(1200, "customer") == "1.200 Kunden"
    assert gettext("Customers") == "Customers"
    assert formatters.money(41_230, "EUR") == "€41.2k"
    assert (formatters.month(day), formatters.month(day, short=True)) == ("March 2026", "Mar 2026")


def test_a_charts_amounts_follow_the_language() -> None:
    """The browser writes them: the options name language and currency."""
    sold = [("Lamps", 41_230.0)]
    with reading("de"):
        plain, money = kit.charts.columns(sold), kit.charts.columns(sold, currency="EUR")
        across = kit.charts.bars(sold, currency="EUR")
    assert '["de", {}]' in plain["yAxis"]["axisLabel"][":formatter"]
    euro = '["de", {"style": "currency", "currency": "EUR"'
    assert euro in money["yAxis"]["axisLabel"][":formatter"]
    assert euro in money["tooltip"][":valueFormatter"]
    (bar,) = across["series"][0]["data"]
    assert bar["label"]["formatter"].replace("\xa0", " ") == "41.230 €"
    assert ":formatter" not in kit.charts.columns(sold)["yAxis"]["axisLabel"]


async def test_a_thread_uses_the_language_of_its_request() -> None:
    with reading("de"):
        assert await asyncio.to_thread(gettext, "Customers") == "Kunden"


def test_literal_texts_of_the_kit_are_found_and_data_is_not() -> None:
    source = """
kit.Button("Save" if new else "Change", act, hint="For all")
kit.toast(message or "Done.")
select_field("Tone", {"a": "Warm", "b": name})
Tabs([("one", "First", draw), ("two", title, self.draw)])
plural(n, "card"); ngettext("{n} day", "{n} days", n)
raise NotFound("There is no such card.", code="GONE")
LABELS = marked({"open": ("Waiting", "Nothing here")})
text("not marked"); kit.panel(f"{name} of {n}")
"""
    texts: set[str] = set()
    for _, _, said, _ in extract_words(io.BytesIO(source.encode()), {}, (), {}):
        texts.update([said] if isinstance(said, str) else said)
    assert texts == {
        *("Save", "Change", "For all", "Done.", "Tone", "Warm", "First", "{n} card", "{n} cards"),
        *("{n} day", "{n} days", "There is no such card.", "Waiting", "Nothing here"),
    }


def test_the_table_of_translated_arguments_names_arguments_that_exist() -> None:
    for module in (kit, buttons, dialogs, feedback, fields):
        for name, arguments in WORDS.items():
            piece = getattr(module, name, None)
            if piece is not None:
                assert {one for _, one in arguments} <= set(inspect.signature(piece).parameters)
    assert {"title", "section"} <= set(inspect.signature(view).parameters)
