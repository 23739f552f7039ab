"""Batch concurrent reads of an identity into one query.

A single read is sent at once. Reads that arrive while a query of the same business is running wait
for the next one (well below a millisecond) and share it. Each reader still gets the state of the
database after it asked; nothing is cached.

The SQL function enters the tenant by itself: the same role, setting and row-level security as
`tenant(scope)`, local to that one statement, without a round trip for each step.
"""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pulse.db.engine import DB
from pulse.db.transaction import HasBusiness
from pulse.tasks import spawn

MOST_AT_ONCE = 200
SECONDS = 5.0  # seconds; a point read that takes longer has lost its server


class DataLoader:
    """Point reads through `sql`, a function of (business uuid, keys text[]) that returns a row per
    key.
    """

    def __init__(self, sql: str, key: str) -> None:
        self._sql = sql
        self._key = key
        self._waiting: dict[UUID, dict[str, asyncio.Future[Any]]] = {}

    async def read(self, scope: HasBusiness, key: str) -> Any:
        """The row of this key in this business, or None."""
        waiting = self._waiting.get(scope.business_id)
        if waiting is None:
            waiting = self._waiting[scope.business_id] = {}
            spawn(self._run_queries(scope.business_id, waiting), name="read-together")
        answer = waiting.get(key)
        if answer is None:
            answer = waiting[key] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(answer)

    async def _run_queries(
        self, business_id: UUID, waiting: dict[str, asyncio.Future[Any]]
    ) -> None:
        """Run queries until no reader waits."""
        try:
            while waiting:
                batch = dict(list(waiting.items())[:MOST_AT_ONCE])
                for key in batch:
                    del waiting[key]
                await self._answer(business_id, batch)
        finally:
            del self._waiting[business_id]
            for answer in waiting.values():
                answer.cancel()

    async def _answer(self, business_id: UUID, batch: dict[str, asyncio.Future[Any]]) -> None:
        try:
            rows = await self._fetch(business_id, list(batch))
        except Exception as failed:
            for answer in batch.values():
                answer.set_exception(failed)
                # mark the error as seen: the waiting reader may have been
                # cancelled
                answer.exception()
            return
        found = {row[self._key]: row for row in rows}
        for key, answer in batch.items():
            answer.set_result(found.get(key))

    async def _fetch(self, business_id: UUID, keys: Sequence[str]) -> Sequence[Any]:
        if DB.pool is None:
            raise ConnectionError("the database is not open")
        rows: Sequence[Any] = await DB.pool.fetch(self._sql, business_id, keys, timeout=SECONDS)
        return rows
