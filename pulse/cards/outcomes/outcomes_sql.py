"""Statistics of delivered cards.

Raw SQL: filtered counts over all cards of a period, and lateral joins with later events. For the
evaluation: orders, snapshots and cards of many customers as whole columns, which is fast. Customers
are numbered in the statement; `share` is how many of 1,000 are read.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from pulse import clock
from pulse.cards.queue_sql import SCORED, UNWORKED, owned
from pulse.customers.filters import CURRENT
from pulse.db.transaction import Unit

HistoryKind = Literal[
    "delivered", "opened", "outcomes", "converted", "dismissed", "unworked", "learned"
]
HISTORY_KINDS: dict[HistoryKind, tuple[str, str]] = {
    "delivered": ("k.actioned_at", "k.actioned_at IS NOT NULL"),
    "opened": ("k.created_at", "true"),
    "outcomes": ("k.actioned_at", "k.actioned_at IS NOT NULL AND k.outcome IS NOT NULL"),
    "converted": ("k.actioned_at", "k.actioned_at IS NOT NULL AND k.outcome = 'converted'"),
    "dismissed": ("k.changed_at", "k.status = 'dismissed' AND k.changed_by <> 'Pulse'"),
    "unworked": ("k.changed_at", UNWORKED),
    "learned": ("k.created_at", "t.outcome IS NOT NULL"),
}
"""Which cards of a period a list shows: the moment that counts, and a condition.

The same as the counts of FIGURES; learned: the trials that the choice of styles learns from.
"""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which cards a list shows; "" or None for all.

    by: who delivered them. opened: count the cards by when they were opened, whatever is listed.
    writer: "template", or the version of the model's prompt. context, style: of the trial.
    """

    shown: HistoryKind
    since: datetime
    owner: str = ""
    by: UUID | None = None
    opened: bool = False
    cause: str = ""
    writer: str = ""
    context: str = ""
    style: str = ""
    outcome: str = ""

    @property
    def moment(self) -> str:
        """The column of the moment that counts."""
        return "k.created_at" if self.opened else HISTORY_KINDS[self.shown][0]


TEMPLATE = "template"
_TRIED = f"{SCORED} LEFT JOIN card_trials t ON t.business_id = k.business_id AND t.card_id = k.id"


async def counted_by_cause(unit: Unit, chosen: Selection) -> list[Any]:
    """Count these cards by cause and outcome. An aggregate over the period."""
    where, args = _selected(chosen)
    return await unit.fetch(
        f"SELECT k.cause, coalesce(k.outcome, 'none') AS outcome, count(*) AS cards "
        f"FROM {_TRIED} WHERE {where} GROUP BY 1, 2",
        unit.business_id,
        *args,
    )


async def history(
    unit: Unit, chosen: Selection, after: tuple[datetime, UUID] | None, limit: int
) -> list[Any]:
    """Return a page of these cards, newest first; after: `at` and id of the last row."""
    at, (where, args) = chosen.moment, _selected(chosen)
    if after:
        where += f" AND ({at}, k.id) < (${len(args) + 2}::timestamptz, ${len(args) + 3}::uuid)"
    return await unit.fetch(
        f"{HISTORY.format(at=at)} WHERE {where} ORDER BY {at} DESC, k.id DESC LIMIT {limit}",
        unit.business_id,
        *args,
        *(after or ()),
    )


def _selected(chosen: Selection) -> tuple[str, list[Any]]:
    """Return the condition and its arguments from $2 on."""
    where = (
        f"k.business_id = $1 AND {chosen.moment} >= $3 AND {HISTORY_KINDS[chosen.shown][1]} "
        f"AND {owned(chosen.owner)} AND ($4::uuid IS NULL OR k.actioned_by = $4)"
    )
    args: list[Any] = [chosen.owner or None, chosen.since, chosen.by]
    columns = {
        "t.cause" if chosen.shown == "learned" else "k.cause": chosen.cause,
        f"CASE WHEN k.writer = 'model' THEN k.prompt_version ELSE '{TEMPLATE}' END": chosen.writer,
        "t.context": chosen.context,
        "t.style": chosen.style,
        "k.outcome": chosen.outcome,
    }
    for column, value in columns.items():
        if value:
            args.append(value)
            where += f" AND {column} = ${len(args) + 1}"
    return where, args


HISTORY = f"""
SELECT k.id, c.external_id, c.name, k.cause, k.status, s.name AS who, k.channel, {{at}} AS at,
  k.outcome, k.outcome_note, {UNWORKED} AS unworked,
  CASE WHEN k.evidence ->> 'scorecard' = c.scorecard_id::text
    THEN c.identity_strength - (k.evidence ->> 'strength')::float8 END AS moved
FROM {_TRIED} LEFT JOIN staff s ON s.business_id = k.business_id AND s.id = k.actioned_by"""


async def outreach(unit: Unit, owner: str, since: datetime, before: datetime) -> Any:
    """Count the cards of each list since then, and outcomes of those since `before`."""
    sql = FIGURES.format(owner=owned(owner), unworked=UNWORKED)
    return await unit.fetchrow(sql, unit.business_id, owner or None, since, before, clock.now())


FIGURES = """
SELECT
  count(*) FILTER (WHERE k.created_at >= $3) AS opened,
  count(*) FILTER (WHERE k.actioned_at >= $3) AS actioned,
  count(*) FILTER (WHERE k.status = 'dismissed' AND k.changed_by <> 'Pulse'
    AND k.changed_at >= $3) AS dismissed,
  count(*) FILTER (WHERE {unworked} AND k.changed_at >= $3) AS unworked,
  count(*) FILTER (WHERE k.outcome = 'responded' AND k.actioned_at >= $3) AS responded,
  count(*) FILTER (WHERE k.outcome = 'ignored' AND k.actioned_at >= $3) AS ignored,
  count(*) FILTER (WHERE k.outcome = 'converted' AND k.actioned_at >= $3) AS converted,
  count(k.outcome) FILTER (WHERE k.actioned_at >= $4 AND k.actioned_at < $3) AS outcomes_before,
  count(*) FILTER (WHERE k.outcome IN ('responded', 'converted')
    AND k.actioned_at >= $4 AND k.actioned_at < $3) AS good_before
FROM conversation_cards k JOIN customers c ON c.business_id = k.business_id AND c.id = k.customer_id
WHERE k.business_id = $1 AND k.updated_at >= $4 AND k.created_at <= $5 AND {owner}
"""


async def by_staff(unit: Unit, since: datetime) -> list[Any]:
    """Return each staff member with counts: three aggregates in one statement."""
    return await unit.fetch(BY_STAFF, unit.business_id, since)


BY_STAFF = f"""
SELECT s.id AS staff_id, s.name, coalesce(done.actioned, 0) AS actioned,
  coalesce(done.outcomes, 0) AS outcomes, coalesce(done.good, 0) AS good,
  coalesce(waiting.cards, 0) AS open_cards, coalesce(book.customers, 0) AS customers
FROM staff s
LEFT JOIN (SELECT actioned_by, count(*) FILTER (WHERE actioned_at >= $2) AS actioned,
    count(outcome) FILTER (WHERE actioned_at >= $2) AS outcomes,
    count(*) FILTER (WHERE outcome IN ('responded', 'converted') AND actioned_at >= $2) AS good
  FROM conversation_cards WHERE business_id = $1 AND updated_at >= $2 GROUP BY 1) done
  ON done.actioned_by = s.id
LEFT JOIN (SELECT c.owner_id, count(*) AS customers FROM scored_customers c
  WHERE c.business_id = $1 AND c.owner_id IS NOT NULL AND {CURRENT} GROUP BY 1) book
  ON book.owner_id = s.id
LEFT JOIN (SELECT coalesce(k.assigned_to, c.owner_id) AS person, count(*) AS cards
  FROM conversation_cards k JOIN customers c
    ON c.business_id = k.business_id AND c.id = k.customer_id
  WHERE k.business_id = $1 AND k.status = 'pending' GROUP BY 1) waiting ON waiting.person = s.id
WHERE s.business_id = $1 AND s.is_active ORDER BY s.name
"""


async def since_delivery(unit: Unit, window: timedelta, negative: Sequence[str]) -> list[Any]:
    """Return what the customer of each delivered card did within `window` after it: lateral joins.

    negative: kinds of events that are no sign of a return.
    """
    return await unit.fetch(SINCE_DELIVERY, unit.business_id, clock.now(), window, negative)


SINCE_DELIVERY = """
SELECT k.id, k.customer_id, k.actioned_at, paid.occurred_at AS paid_at, paid.kind AS paid_kind,
  seen.occurred_at AS seen_at, said.shared_at
FROM conversation_cards k
LEFT JOIN LATERAL (SELECT occurred_at, kind FROM events e
  WHERE e.business_id = $1 AND e.customer_id = k.customer_id AND e.occurred_at > k.actioned_at
  AND e.occurred_at <= least($2, k.actioned_at + $3) AND e.amount > 0 AND e.kind <> ALL($4)
  ORDER BY occurred_at LIMIT 1) paid ON true
LEFT JOIN LATERAL (SELECT occurred_at FROM events e
  WHERE e.business_id = $1 AND e.customer_id = k.customer_id AND e.occurred_at > k.actioned_at
  AND e.occurred_at <= least($2, k.actioned_at + $3) AND e.kind <> ALL($4)
  ORDER BY occurred_at LIMIT 1) seen ON true
LEFT JOIN LATERAL (SELECT shared_at FROM customer_contexts s
  WHERE s.business_id = $1 AND s.customer_id = k.customer_id AND s.shared_at > k.actioned_at
  AND s.shared_at <= least($2, k.actioned_at + $3) ORDER BY shared_at LIMIT 1) said ON true
WHERE k.business_id = $1 AND k.status = 'actioned' AND k.outcome IS NULL
"""


async def orders(unit: Unit, share: int, negative: list[str]) -> Any:
    """Return all orders in one row, without `negative` kinds. Raw SQL: array aggregates."""
    return await unit.fetchrow(ORDERS, unit.business_id, share, negative)


async def snapshots(unit: Unit, share: int, since: datetime) -> list[Any]:
    """Return one snapshot day per week, a row each. Raw SQL: finds the day with most rows."""
    return await unit.fetch(SNAPSHOTS, unit.business_id, share, since)


async def cards(unit: Unit, share: int, since: datetime, silent: list[str]) -> Any:
    """Return all cards in one row, without silent causes. Raw SQL: array aggregates."""
    return await unit.fetchrow(CARDS, unit.business_id, share, since, silent)


_DAYS = "(extract(epoch FROM {0}) / 86400)::float8"
_NUMBERED = """
numbered AS (
  SELECT id, (row_number() OVER (ORDER BY id))::int AS n FROM customers
  WHERE business_id = $1 AND abs(hashtext(id::text)) % 1000 < $2
)"""
ORDERS = f"""
WITH {_NUMBERED}
SELECT array_agg(n) AS who, array_agg({_DAYS.format("occurred_at")}) AS at,
  array_agg(amount) AS amount
FROM events JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND amount > 0 AND kind <> ALL($3)"""
# The snapshot day of a week is the one with most snapshots: its last one, which is always kept.
SNAPSHOTS = f"""
WITH {_NUMBERED}, days AS (
  SELECT DISTINCT ON (date_trunc('week', snapshot_date)) snapshot_date AS day FROM (
    SELECT snapshot_date, count(*) AS many FROM identity_snapshots
    WHERE business_id = $1 AND snapshot_date >= $3::date GROUP BY snapshot_date) one
  ORDER BY date_trunc('week', snapshot_date), many DESC, snapshot_date DESC
)
SELECT (snapshot_date - DATE '1970-01-01')::float8 AS day, array_agg(n) AS who,
  array_agg(identity_strength) AS strength
FROM identity_snapshots JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND snapshot_date IN (SELECT day FROM days)
GROUP BY snapshot_date ORDER BY snapshot_date"""
CARDS = f"""
WITH {_NUMBERED}
SELECT array_agg(n) AS who, array_agg({_DAYS.format("created_at")}) AS at
FROM conversation_cards JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND created_at >= $3 AND cause <> ALL($4)"""
