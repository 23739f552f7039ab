"""A new process shows the previous one's figures and scans in the background."""

import asyncio

import msgspec
import pytest

from pulse import tasks
from pulse.scoring.reports.persisted_figures import remember, remembered
from ui.runtime import figures_cache as room
from ui.runtime.figures_cache import Lasting, cached_figures, forget, taken_at


class Sum(msgspec.Struct, frozen=True):
    customers: int
    scan: int


class Book:
    def __init__(self, scope, customers: int):
        self.scope, self.customers, self.scans = scope, customers, 0

    async def scan(self) -> Sum:
        self.scans += 1
        return Sum(self.customers, self.scans)

    async def asked(self) -> int:
        found = await cached_figures(
            self.scope.business_id,
            ("figures", 7),
            self.scan,
            lambda one: one.customers,
            Lasting(self.scope, Sum),
        )
        return found.scan


@pytest.fixture
async def told(monkeypatch):
    heard: asyncio.Queue = asyncio.Queue()
    monkeypatch.setattr(room, "refresh_open_pages", heard.put_nowait)
    for name, value in (("_known", {}), ("_requested", set()), ("AT_LEAST", 0.0), ("SHARE", 0.0)):
        monkeypatch.setattr(room, name, value)
    monkeypatch.setattr(room, "shared", lambda _, load: load())
    yield heard
    await tasks.stop_all()


@pytest.fixture
def written(monkeypatch):
    """Return what was stored for the next process."""
    done: asyncio.Queue = asyncio.Queue()

    async def heard(scope, key, figures, taken) -> None:
        await remember(scope, key, figures, taken)
        done.put_nowait(figures)

    monkeypatch.setattr(room, "remember", heard)
    return done


def _started_again() -> None:
    room._known.clear()
    room._requested.clear()


async def test_the_next_process_shows_stored_figures_and_scans(shop, told, written):
    before = Book(shop, room.LARGE + 1)
    assert await before.asked() == 1
    assert await asyncio.wait_for(written.get(), 60) == Sum(room.LARGE + 1, 1)
    _started_again()
    after = Book(shop, room.LARGE + 1)
    after.scans = 10
    assert await after.asked() == 1
    assert taken_at(shop.business_id, ("figures", 7)) is not None
    assert await asyncio.wait_for(told.get(), 60) == shop.business_id
    assert await after.asked() == 11


async def test_discarded_figures_are_not_restored(shop, told, written):
    book = Book(shop, room.LARGE + 1)
    assert await book.asked() == 1
    await asyncio.wait_for(written.get(), 60)
    forget(shop.business_id, ("figures", 7))
    assert await book.asked() == 2


async def test_figures_of_few_customers_are_not_stored(shop, told):
    book = Book(shop, room.LARGE)
    assert await book.asked() == 1
    _started_again()
    assert await book.asked() == 2
    assert await remembered(shop, ("figures", 7), Sum) is None
