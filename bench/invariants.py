"""Invariants after any fault: nothing acknowledged is lost or repeated, and nothing is stuck.

Scores must be right, no job may be stuck, and every pool connection must work. `Acknowledged` holds
what clients were told has been accepted; `broken` compares the database with it.
"""

import asyncio
import time
from collections import Counter
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.db.engine import DB, POOL_MAX
from pulse.db.transaction import Unit, system, tenant

SETTLE_SECONDS = 120.0
SAME_SCORE = 0.05  # points; time passes between the two scorings


class Acknowledged(msgspec.Struct):
    """What was acknowledged: ids of events and contexts, texts of notes, outcomes by card."""

    events: set[str] = msgspec.field(default_factory=set)
    contexts: set[str] = msgspec.field(default_factory=set)
    notes: set[str] = msgspec.field(default_factory=set)
    outcomes: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of acknowledged things."""
        return len(self.events) + len(self.contexts) + len(self.notes) + len(self.outcomes)


class Broken(msgspec.Struct):
    """The number of broken invariants by kind; settled_s: seconds until all work had ended."""

    lost: int = 0
    doubled: int = 0
    wrong_scores: int = 0
    stuck: int = 0
    connections_missing: int = 0
    settled_s: float = 0.0

    @property
    def nothing(self) -> bool:
        """Whether all invariants hold."""
        counts = (self.lost, self.doubled, self.wrong_scores, self.stuck, self.connections_missing)
        return not any(counts)


async def broken(scope: Scope, acknowledged: Acknowledged) -> Broken:
    """Compare the database with what was acknowledged, once all work has ended or should have."""
    found = Broken()
    found.stuck, found.settled_s = await _settled(scope)
    async with tenant(scope) as unit:
        for kept, told in (
            (await _texts(unit, "SELECT message_id FROM events"), acknowledged.events),
            (
                await _texts(unit, "SELECT client_key FROM customer_contexts"),
                acknowledged.contexts,
            ),
            (await _texts(unit, "SELECT body FROM customer_notes"), acknowledged.notes),
        ):
            found.lost += sum(kept[one] == 0 for one in told)
            found.doubled += sum(kept[one] > 1 for one in told)
        rows = await unit.fetch("SELECT id, outcome FROM conversation_cards")
    outcomes = {str(row["id"]): row["outcome"] for row in rows}
    found.lost += sum(outcomes.get(card) != told for card, told in acknowledged.outcomes.items())
    found.wrong_scores = await _wrong_scores(scope)
    found.connections_missing = await _connections_missing()
    return found


async def _texts(unit: Unit, sql: str) -> Counter[str]:
    return Counter(row[0] for row in await unit.fetch(sql))


async def _settled(scope: Scope) -> tuple[int, float]:
    """(jobs and scores still pending after SETTLE_SECONDS, seconds until there were none)."""
    began = time.perf_counter()
    while True:
        async with tenant(scope) as unit:
            left: int = await unit.fetchval(
                "SELECT (SELECT count(*) FROM scores_due) + pulse_jobs_waiting('draft_card') "
                "+ pulse_jobs_waiting('webhook') + pulse_jobs_waiting('import')"
            )
        seconds = time.perf_counter() - began
        if not left or seconds > SETTLE_SECONDS:
            return left, round(seconds, 2)
        await asyncio.sleep(0.2)


async def _wrong_scores(scope: Scope) -> int:
    before = await _strengths(scope)
    await workflows.rescore(scope)
    after = await _strengths(scope)
    return sum(abs(after[who] - before.get(who, -1.0)) > SAME_SCORE for who in after)


async def _strengths(scope: Scope) -> dict[UUID, float]:
    async with tenant(scope) as unit:
        rows: list[Any] = await unit.fetch(
            "SELECT customer_id, identity_strength FROM customer_scores"
        )
    return {row["customer_id"]: row["identity_strength"] for row in rows}


async def _connections_missing() -> int:
    """How many of the pool's connections cannot be used at the same time."""
    working, everybody = 0, asyncio.Event()

    async def hold() -> None:
        nonlocal working
        async with system() as unit:
            await unit.fetchval("SELECT true")
            working += 1
            if working == POOL_MAX:
                everybody.set()
            await everybody.wait()

    assert DB.pool
    holding = asyncio.gather(*(hold() for _ in range(POOL_MAX)), return_exceptions=True)
    try:
        async with asyncio.timeout(20):
            await everybody.wait()
    except TimeoutError:
        everybody.set()
    await holding
    return POOL_MAX - working


def stamp() -> str:
    """A short unique text for ids and notes."""
    return f"{clock.now():%H%M%S%f}-{next(_numbers)}"


_numbers = iter(range(1 << 62))
