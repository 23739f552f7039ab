"""Is the process alive, can it do its work, and its figures."""

import asyncio
from typing import Any

from litestar import Response, get

from pulse.db.transaction import system
from pulse.errors import Unavailable
from pulse.live.hub import HUB
from widget_api import metrics
from widget_api.errors import DATABASE_AWAY
from widget_api.schemas import Data

READY_WITHIN = 2.0  # seconds; a database that answers later is as good as away


@get("/health/live", tags=["operations"], operation_id="live")
async def live() -> Data[dict[str, str]]:
    """200 as long as the process answers at all."""
    return Data({"status": "alive"})


@get("/health/ready", tags=["operations"], operation_id="ready")
async def ready() -> Response[Data[dict[str, Any]]]:
    """200 when the database answers, else 503; says whether other processes are heard."""
    database = await _database_answers()
    parts = {"database": database, "live": HUB.healthy}
    body = Data({"status": "ready" if database else "not ready", "parts": parts})
    return Response(body, status_code=200 if database else 503)


@get("/metrics", media_type="text/plain; version=0.0.4; charset=utf-8", include_in_schema=False)
async def prometheus() -> bytes:
    """The figures for Prometheus."""
    return metrics.page()


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(READY_WITHIN), system() as unit:
            return bool(await unit.fetchval("SELECT true"))
    except (*DATABASE_AWAY, OSError, Unavailable):
        return False
