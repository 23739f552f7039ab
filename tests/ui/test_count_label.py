"""A number of customers is exact, or described as an estimate."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from cachetools import LRUCache

from pulse.customers.repository import Size
from ui.pages.customers.count_label import customers_words, size_words
from ui.runtime import figures_cache


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (Size(1_527), "1,527"),
        (Size(14_211), "14,211"),
        (Size(3_250, exact=False), "a few thousand"),
        (Size(13_250, exact=False), "about 13,000"),
        (Size(10_001, exact=False), "more than 10,000"),
        (Size(320_000, exact=False), "more than 10,000"),
    ],
)
def test_an_estimate_is_never_shown_as_an_exact_number(size, words):
    assert size_words(size) == words


def test_a_cached_exact_number_shows_when_it_was_counted():
    zone, moment = ZoneInfo("Europe/London"), datetime(2026, 7, 1, 13, 2, tzinfo=UTC)
    counted = (1_000_000, moment)
    assert (
        customers_words(Size(10_001, exact=False), counted, zone)
        == "1,000,000 customers, counted 1 Jul 2026, 14:02"
    )
    assert customers_words(Size(9), counted, zone) == "9 customers"
    assert customers_words(Size(1), None, zone) == "1 customer"


async def test_the_oldest_cached_figures_are_evicted(monkeypatch):
    monkeypatch.setattr(figures_cache, "_known", LRUCache(2))

    async def load() -> int:
        return 7

    for key in ("a", "b", "c"):
        await figures_cache.cached_figures(None, key, load, lambda _: figures_cache.LARGE + 1)
    assert [key for key in "abc" if figures_cache.known(None, key)] == ["b", "c"]
