"""Whether orders still arrive: asked once a day, kept in the settings of the business."""

from datetime import timedelta

import msgspec

from pulse import clock, logs
from pulse.auth.settings.business_settings import read_section, write_section
from pulse.db.transaction import Unit
from pulse.scoring.lifecycle.feed import SECTION, Feed, stopped
from pulse.scoring.lifecycle.rhythm_store import rhythm_of

LOOKED_BACK = timedelta(days=200)

# distinct days of an expression over an index range: Piccolo has no such grouping
DAYS = """
SELECT floor(extract(epoch FROM occurred_at) / 86400)::float8 AS day, max(occurred_at) AS last
FROM events WHERE business_id = $1 AND kind = ANY($2) AND occurred_at BETWEEN $3 AND $4
GROUP BY 1 ORDER BY 1"""


async def feed_of(unit: Unit) -> Feed:
    """What was found last."""
    return msgspec.convert(await read_section(unit, SECTION), Feed)


async def check_feed(unit: Unit) -> bool:
    """Look whether orders still arrive; True when they have stopped since the last look."""
    now, before = clock.now(), await feed_of(unit)
    kinds = list((await rhythm_of(unit)).orders)
    rows = await unit.fetch(DAYS, unit.business_id, kinds, now - LOOKED_BACK, now)
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
