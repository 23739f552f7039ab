"""Intervention history: every delivered card with its outcome and the change of strength."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.outcomes import outcomes_sql
from pulse.db.transaction import tenant
from pulse.errors import Invalid

HistoryKind = outcomes_sql.HistoryKind
HISTORY_KINDS: tuple[HistoryKind, ...] = tuple(outcomes_sql.HISTORY_KINDS)


class Intervention(msgspec.Struct, frozen=True):
    """One card; moved: the customer's strength now minus that on the card, in points.

    at: when it was delivered; in lists of opened or dismissed cards, when that happened.
    """

    id: UUID
    external_id: str
    name: str
    cause: str
    status: str
    who: str | None
    channel: str
    at: datetime
    outcome: str | None
    outcome_note: str
    moved: float | None
    unworked: bool = False
    """Whether it ended because nobody worked on it."""


class Interventions(msgspec.Struct, frozen=True):
    """A page of interventions, their total number, and outcomes counted by cause."""

    rows: list[Intervention]
    next: str | None
    total: int
    by_cause: dict[str, dict[str, int]]


class Only(msgspec.Struct, frozen=True):
    """A part of the cards; "" for all.

    writer: "template", or the version of the model's prompt. context, style: of the trial that the
    choice of styles learns from. opened: the period counts when the cards were opened.
    """

    cause: str = ""
    writer: str = ""
    context: str = ""
    style: str = ""
    outcome: str = ""
    opened: bool = False


ALL = Only()
TEMPLATE = outcomes_sql.TEMPLATE


async def interventions(
    scope: Scope,
    shown: HistoryKind = "delivered",
    *,
    owner: str = "",
    by: UUID | None = None,
    only: Only = ALL,
    days: int = 90,
    after: str | None = None,
    limit: int = 25,
) -> Interventions:
    """Return the cards of the last `days`, newest first; owner as in the customer filter.

    shown: delivered cards, those of them with an outcome or converted, or cards opened, dismissed
    or ended without anybody's work in that time. by: the staff member who delivered them.
    """
    chosen = outcomes_sql.Selection(
        shown=shown,
        since=clock.now() - timedelta(days=days),
        owner=owner,
        by=by,
        **msgspec.structs.asdict(only),
    )
    limit = min(limit, 200)
    async with tenant(scope) as unit:
        rows = await outcomes_sql.history(unit, chosen, _decoded(after), limit + 1)
        groups = await outcomes_sql.counted_by_cause(unit, chosen)
    kept = rows[:limit]
    following = _encoded(kept[-1]) if len(rows) > limit else None
    by_cause: dict[str, dict[str, int]] = {}
    for group in groups:
        by_cause.setdefault(group["cause"], {})[group["outcome"]] = group["cards"]
    total = sum(group["cards"] for group in groups)
    return Interventions([Intervention(**dict(r)) for r in kept], following, total, by_cause)


def _encoded(row: Any) -> str:
    return f"{row['at'].isoformat()}|{row['id']}"


def _decoded(after: str | None) -> tuple[datetime, UUID] | None:
    if after is None:
        return None
    try:
        moment, _, key = after.partition("|")
        return datetime.fromisoformat(moment), UUID(key)
    except ValueError as wrong:
        raise Invalid("The page cursor is invalid.", field="after") from wrong
