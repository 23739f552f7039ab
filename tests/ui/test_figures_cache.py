"""Figures of large books are shown at once and refreshed in the background."""

import asyncio
from uuid import uuid4

import pytest

from pulse import tasks
from ui.runtime import figures_cache as room
from ui.runtime.figures_cache import cached_figures, forget, taken_at


class Book:
    """A book with that many customers that counts its scans."""

    def __init__(self, customers: int):
        self.business, self.customers, self.scans = uuid4(), customers, 0

    async def scan(self) -> tuple[int, int]:
        self.scans += 1
        await asyncio.sleep(0)
        return self.customers, self.scans

    async def asked(self) -> int:
        """Return which scan the answer is from."""
        return (await cached_figures(self.business, "figures", self.scan, lambda found: found[0]))[
            1
        ]


@pytest.fixture
async def told(monkeypatch):
    heard: asyncio.Queue = asyncio.Queue()
    monkeypatch.setattr(room, "refresh_open_pages", heard.put_nowait)
    monkeypatch.setattr(room, "_known", {})
    yield heard
    await tasks.stop_all()


async def test_figures_of_few_customers_are_always_computed(told, monkeypatch):
    monkeypatch.setattr("ui.runtime.single_flight.SHARED_SECONDS", -1.0)
    book = Book(room.LARGE)
    assert [await book.asked() for _ in range(3)] == [1, 2, 3]
    assert taken_at(book.business, "figures") is None


async def test_figures_of_many_customers_are_cached_and_refreshed(told, monkeypatch):
    monkeypatch.setattr(room, "AT_LEAST", 0.0)
    monkeypatch.setattr(room, "SHARE", 0.0)
    book = Book(room.LARGE + 1)
    assert [await book.asked() for _ in range(3)] == [1, 1, 1]
    assert await asyncio.wait_for(told.get(), 60) == book.business
    assert book.scans == 2
    assert await book.asked() == 2
    assert taken_at(book.business, "figures") is not None


async def test_a_scan_waits_until_it_is_due(told):
    book = Book(room.LARGE + 1)
    assert [await book.asked() for _ in range(3)] == [1, 1, 1]
    for _ in range(20):
        await asyncio.sleep(0)
    assert (book.scans, told.empty()) == (1, True)


@pytest.mark.parametrize("customers", [5, room.LARGE + 1])
async def test_figures_changed_by_hand_are_computed_again(told, customers):
    book = Book(customers)
    before = tasks.spawn(book.asked(), name="a read that began before the change")
    await asyncio.sleep(0)
    assert await book.asked() == 1
    forget(book.business, "figures")
    assert await book.asked() == 2
    await before
