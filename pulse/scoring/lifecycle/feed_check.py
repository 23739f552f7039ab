"""Daily check whether orders still arrive; the result is stored in the settings."""

from datetime import timedelta

import msgspec

from pulse import clock, logs
from pulse.auth.settings.business_settings import read_section, write_section
from pulse.db.transaction import Unit
from pulse.scoring.lifecycle.feed import SECTION, Feed, stopped
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.reports import figures_sql

LOOKED_BACK = timedelta(days=200)


async def feed_of(unit: Unit) -> Feed:
    """Return the last result."""
    return msgspec.convert(await read_section(unit, SECTION), Feed)


async def check_feed(unit: Unit) -> bool:
    """Check whether orders still arrive; returns True when they stopped since the last check."""
    now, before = clock.now(), await feed_of(unit)
    kinds = list((await rhythm_of(unit)).orders)
    rows = await figures_sql.order_days(unit, kinds, now - LOOKED_BACK, now)
    quiet = bool(rows) and stopped([row["day"] for row in rows], clock.days_of(now))
    since = rows[-1]["last"] if quiet else None
    if since != before.stopped_since:
        await write_section(unit, SECTION, msgspec.to_builtins(Feed(since)))
    fresh = quiet and before.stopped_since is None
    if fresh:
        logs.event(
            "feed_stopped", level="warning", business_id=str(unit.business_id), since=str(since)
        )
    return fresh
