"""Liveness, readiness and metrics of the process."""

import asyncio
import hmac
from typing import Annotated, Any, Literal

from litestar import Request, Response, get
from litestar.params import QueryParameter

from pulse import settings
from pulse.db.transaction import system
from pulse.db.transient import disk_is_full, is_transient
from pulse.errors import NotSignedIn, Unavailable
from pulse.live.hub import HUB
from widget_api import metrics
from widget_api.schemas import Data

READY_WITHIN = 2.0  # seconds; a slower database counts as unavailable


@get("/health/live", tags=["operations"], operation_id="live")
async def live() -> Data[dict[str, str]]:
    """200 as long as the process answers."""
    return Data({"status": "alive"})


Needs = Annotated[
    Literal["everything", "database"],
    QueryParameter(description="`database`: check only what REST calls need"),
]


@get("/health/ready", tags=["operations"], operation_id="ready")
async def ready(
    request: Request[Any, Any, Any],
    needs: Needs = "everything",
) -> Response[Data[dict[str, Any]]]:
    """200 when all parts that this process needs are available, else 503 with the missing part.

    `database`: it answers in time. `disk`: no write failed for lack of space in the last 5 seconds.
    `live`: this process receives changes made by others; workers do not need it.
    `?needs=database` leaves `live` out, which is enough for REST calls.
    """
    database, disk = await _database_answers(), not disk_is_full()
    parts = {"database": database, "disk": disk, "live": HUB.healthy}
    without_live = needs == "database" or not request.app.state.serves_live
    is_ready = database and disk and (without_live or HUB.healthy)
    body = Data({"status": "ready" if is_ready else "not ready", "parts": parts})
    headers = {} if is_ready else {"Retry-After": "2"}
    return Response(body, status_code=200 if is_ready else 503, headers=headers)


@get("/metrics", media_type="text/plain; version=0.0.4; charset=utf-8", include_in_schema=False)
async def prometheus(request: Request[Any, Any, Any]) -> bytes:
    """Metrics for Prometheus. Needs PULSE_METRICS_TOKEN, or a request from this machine."""
    token = settings.current().metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    here = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    allowed = hmac.compare_digest(given.encode(), token.encode()) if token else here
    if not allowed:
        raise NotSignedIn("Metrics need PULSE_METRICS_TOKEN as a bearer token.")
    return metrics.page()


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(READY_WITHIN), system():
            return True  # a unit of work begins with a query
    except Unavailable:
        return False
    except Exception as failed:
        if is_transient(failed) or isinstance(failed, OSError):
            return False
        raise
