"""Batches of live messages without a browser: a page is a plain object here."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest

from pulse import tasks
from pulse.live.hub import HUB
from pulse.live.messages import Message
from ui.runtime import live, single_flight
from ui.runtime.live import Live
from ui.runtime.single_flight import shared


class Place:
    """A minimal element: a context manager with a client."""

    def __init__(self):
        self.client = SimpleNamespace(is_deleted=False)
        self.is_deleted = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture
async def page(monkeypatch):
    monkeypatch.setattr(live, "WINDOW", 0.05)
    made = Live(uuid4(), Place())
    await turns()
    yield made
    made.close()
    await tasks.stop_all()


async def turns(count=20):
    """Let everything that is ready run."""
    for _ in range(count):
        await asyncio.sleep(0)


def tell(page, kind="identity_update", times=1):
    for _ in range(times):
        HUB.publish(Message(business_id=page.business_id, kind=kind))


async def test_many_changes_are_few_refreshes(page):
    heard, done = [], asyncio.Event()

    async def listen(batch):
        heard.append(len(batch))
        if sum(heard) == 500:
            done.set()

    page.on(["identity_update"], listen)
    tell(page, times=500)
    await asyncio.wait_for(done.wait(), 60)
    assert len(heard) <= 3


async def test_messages_during_a_views_first_read_are_kept(page):
    tell(page)
    heard, seen = [], asyncio.Event()
    await turns()

    async def listen(batch):
        heard.extend(batch)
        seen.set()

    page.on(["identity_update"], listen)
    await asyncio.wait_for(seen.wait(), 60)
    assert [message.kind for message in heard] == ["identity_update"]


async def test_a_view_receives_only_its_kinds(page):
    kinds, seen = [], asyncio.Event()

    async def listen(batch):
        kinds.extend(message.kind for message in batch)
        seen.set()

    page.on(["card_created"], listen)
    tell(page, "identity_update")
    tell(page, "card_created")
    await asyncio.wait_for(seen.wait(), 60)
    assert kinds == ["card_created"]


async def test_a_listener_that_would_never_be_called_is_refused(page):
    async def refresh(batch): ...

    def forgotten(batch): ...

    with pytest.raises(ValueError, match="no live message of kind 'context_share'"):
        page.on(["context_share"], refresh)
    with pytest.raises(TypeError, match=r"write \['context_shared'\]"):
        page.on("context_shared", refresh)
    with pytest.raises(TypeError, match="async def"):
        page.on(["context_shared"], forgotten)


async def test_a_channel_ends_with_its_last_page(page):
    page.close()
    assert page.business_id not in live._channels


async def test_simultaneous_equal_reads_are_shared():
    asked = []

    async def load():
        asked.append(1)
        await asyncio.sleep(0)
        return 42

    answers = await asyncio.gather(*(shared("key", load) for _ in range(10)))
    assert answers == [42] * 10
    assert len(asked) == 1


async def test_a_shared_failure_reaches_every_caller():
    async def load():
        raise ValueError("no")

    results = await asyncio.gather(*(shared("bad", load) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in results] == [ValueError] * 3


async def test_a_slow_read_never_runs_concurrently(monkeypatch):
    monkeypatch.setattr(single_flight, "SHARED_SECONDS", -1.0)  # each needs a new read
    reading, most, count, go = 0, 0, 0, asyncio.Event()

    async def load() -> int:
        nonlocal reading, most, count
        reading, count = reading + 1, count + 1
        most = max(most, reading)
        await go.wait()
        reading -= 1
        return count

    first = tasks.spawn(shared("slow", load), name="first")
    await turns()
    later = [tasks.spawn(shared("slow", load), name="later") for _ in range(5)]
    await turns()
    go.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [2] * 5
    assert (most, count) == (1, 2)


async def test_pages_draw_one_after_the_other(page):
    running, most, done = 0, 0, asyncio.Semaphore(0)

    async def listener(_):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done.release()

    pages = [Live(page.business_id, page.place) for _ in range(6)]
    for one in pages:
        one.on(["notice"], listener)
    tell(page, "notice")
    for _ in pages:
        await asyncio.wait_for(done.acquire(), 60)
    for one in pages:
        one.close()
    assert most == 1


async def test_a_refresh_with_an_outdated_answer_is_repeated(page, monkeypatch):
    """Two pages take turns; more happens while the first reads; both show it finally."""
    monkeypatch.setattr(single_flight, "REFRESHED_SECONDS", 3600.0)
    facts, shown, done = [1], [0, 0], []
    reading, both = asyncio.Event(), asyncio.Event()

    async def read() -> int:
        done.append(facts[0])
        if len(done) == 1:
            await reading.wait()
        return done[-1]

    async def refresh(number):
        shown[number] = await shared(("facts", page.business_id), read)
        if shown == [2, 2]:
            both.set()

    pages = [Live(page.business_id, page.place) for _ in shown]
    for number, one in enumerate(pages):
        one.on(["notice"], lambda _, number=number: refresh(number))
        one.offer([Message(business_id=page.business_id, kind="notice")])
    await turns()
    facts[0] = 2
    for one in pages:
        one.offer([Message(business_id=page.business_id, kind="notice")])
    reading.set()
    await asyncio.wait_for(both.wait(), 60)
    for one in pages:
        one.close()
    assert done == [1, 2]


async def test_nested_reads_do_not_block_each_other(page):
    """Counts use figures that pages read too: more reads than may run concurrently."""
    done, wanted = asyncio.Semaphore(0), 3 * live.READS_AT_ONCE

    async def figure() -> int:
        await asyncio.sleep(0)
        return 1

    async def refresh(number):
        async def count() -> int:
            return await shared(("figure", page.business_id, number), figure)

        both = (("figure", figure), ("count", count))
        asked = (shared((key, page.business_id, number), load) for key, load in both)
        assert await asyncio.gather(*asked) == [1, 1]
        done.release()

    pages = [Live(page.business_id, page.place) for _ in range(wanted)]
    for number, one in enumerate(pages):
        one.on(["notice"], lambda _, number=number: refresh(number))
    tell(page, "notice")
    for _ in pages:
        await asyncio.wait_for(done.acquire(), 60)
    for one in pages:
        one.close()
