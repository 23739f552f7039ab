"""Milestones in the database: keep the ones just reached, celebrate them with restraint.

Only what happened since the last look is written. A first score, and the first one after a
publication or a roll-back, writes nothing: it says where somebody stands, not that they moved. What
somebody has reached in all is evaluated for that one customer when it is shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock
from pulse.clock import days_of
from pulse.db.transaction import Unit
from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.milestones.default_rules import default_rules, localize, risen, signal_shares
from pulse.milestones.rules import Evaluated, MilestoneRule, Next, Standing, evaluate
from pulse.scoring.bands import rose
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.recalculation import Change, Recalculated

FRESH_DAYS = 1.0  # how old it may be for somebody whose first event has just been sent live
QUIET_BETWEEN = timedelta(days=3)  # celebrations closer together than this become noise
CELEBRATED_WITHIN = timedelta(days=14)  # who comes back later than this is not cheered for old news


class JustReached(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone that one customer has just reached."""

    customer_id: UUID
    external_id: str
    key: str
    title: str
    text: str
    reached_on: date
    notable: bool


class Celebration(msgspec.Struct, frozen=True):
    """What the widget cheers about: kept in English, as staff read it."""

    key: str
    title: str
    text: str


class Shown(msgspec.Struct, frozen=True):
    """A milestone in the customer's list."""

    key: str
    title: str
    reached_on: date


async def save_milestones(
    unit: Unit, done: Recalculated, *, live: bool = False
) -> list[JustReached]:
    """Write the milestones just reached, and band rises; answers the ones that are new.

    live: events that arrive one by one led here, so what somebody new has done today counts.
    Lapsed and left customers have nothing to celebrate.
    """
    evaluated = _evaluated(done)
    outside = {change.customer_id for change in done.changes if change.band is None}
    fresh = [*_fresh(done, evaluated, live), *_rises(done)]
    fresh = [mark for mark in fresh if mark.customer_id not in outside]
    if not fresh:
        return []
    rows = await unit.fetch(
        "INSERT INTO customer_milestones "
        "(business_id, created_at, customer_id, key, title, text, reached_on) "
        "SELECT $1, $7, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[]) "
        "ON CONFLICT (business_id, customer_id, key) DO NOTHING RETURNING customer_id, key",
        unit.business_id,
        [mark.customer_id for mark in fresh],
        [mark.key for mark in fresh],
        [mark.title for mark in fresh],
        [mark.text for mark in fresh],
        [mark.reached_on for mark in fresh],
        clock.now(),
    )
    new = {(row["customer_id"], row["key"]) for row in rows}
    return [mark for mark in fresh if (mark.customer_id, mark.key) in new]


async def pop_celebration(unit: Unit, customer_id: UUID) -> Celebration | None:
    """The celebration this customer is due now, if any; it is then spent.

    None while the customer has celebrations off, had one within QUIET_BETWEEN, or has nothing new.
    """
    now = clock.now()
    row = await unit.fetchrow(
        "UPDATE customer_milestones m SET celebrated_at = $3, updated_at = now() WHERE m.id = ("
        "  SELECT f.id FROM customer_milestones f JOIN customers c "
        "    ON c.business_id = f.business_id AND c.id = f.customer_id "
        "  WHERE f.business_id = $1 AND f.customer_id = $2 AND f.celebrated_at IS NULL "
        "    AND f.reached_on > $4 AND c.celebrations <> 'off' AND NOT EXISTS ("
        "      SELECT FROM customer_milestones p WHERE p.business_id = $1 "
        "      AND p.customer_id = $2 AND p.celebrated_at > $5) "
        "  ORDER BY f.reached_on DESC, f.id DESC LIMIT 1 FOR UPDATE OF f SKIP LOCKED) "
        "RETURNING m.key, m.title, m.text",
        unit.business_id,
        customer_id,
        now,
        (now - CELEBRATED_WITHIN).date(),
        now - QUIET_BETWEEN,
    )
    return None if row is None else Celebration(row["key"], row["title"], row["text"])


async def standing_of(
    unit: Unit, done: Recalculated, row: int, most: int = 12, words: Words = ENGLISH
) -> tuple[list[Shown], Next | None]:
    """What the customer in this row has reached (newest first), and what comes next."""
    evaluated = _evaluated(done, words)
    said = localize(done.published.catalogue, words)
    kept: Sequence[Any] = await unit.fetch(
        "SELECT key, title, reached_on FROM customer_milestones "
        "WHERE business_id = $1 AND customer_id = $2",
        unit.business_id,
        done.gathered.ids[row],
    )
    reached = {
        mark.key: Shown(mark.key, mark.title, _day(mark.reached_at))
        for mark in evaluated.reached_by(row)
    }
    for mark in sorted(kept, key=lambda mark: mark["reached_on"]):
        title, _ = said(mark["key"], mark["title"])
        reached[_once(mark["key"])] = Shown(mark["key"], title, mark["reached_on"])
    ordered = sorted(reached.values(), key=lambda mark: mark.reached_on, reverse=True)
    return ordered[:most], evaluated.next_of(row, words)


def _once(key: str) -> str:
    """One place in the list for what may be reached again: the band risen to, whatever month."""
    if not key.startswith("rose_"):
        return key
    band = key.split("_")[1]
    return "band_strong" if band == "strong" else f"rose_{band}"


def celebrated_in(
    words: Words, celebration: Celebration, catalogue: Iterable[MetricDefinition]
) -> Celebration:
    """A celebration as it was kept, said in other words."""
    title, text = localize(catalogue, words)(celebration.key, celebration.title, celebration.text)
    return Celebration(celebration.key, title, text)


def _evaluated(done: Recalculated, words: Words = ENGLISH) -> Evaluated:
    card, catalogue = done.published.card, done.published.catalogue
    shares = signal_shares(card, catalogue, done.scores.contributions)
    standing = Standing(done.past, done.scores.strength, shares, card.band_edges)
    return evaluate(default_rules(catalogue, words), standing)


async def take_back_levels(unit: Unit, since: datetime) -> int:
    """Remove the bands and signals reached since a moment, celebrated or not; how many.

    For a roll-back: the version that drew them is out of force. What customers did, such as their
    tenth order, stays.
    """
    status = await unit.execute(
        "DELETE FROM customer_milestones WHERE business_id = $1 AND created_at >= $2 "
        "AND split_part(key, '_', 1) = ANY($3)",
        unit.business_id,
        since,
        [*LEVELS, "rose"],
    )
    return int(status.split()[-1])


def _fresh(done: Recalculated, evaluated: Evaluated, live: bool) -> Iterator[JustReached]:
    since = _last_look(done, live)
    before = _shares_before(done)
    change_at = {change.row: change for change in done.changes}
    for rule, progress in zip(evaluated.rules, evaluated.progress, strict=True):
        recent = progress.reached & (progress.reached_at > since)
        for row in np.flatnonzero(recent).tolist():
            change = change_at.get(row)
            if change and (rule.kind not in LEVELS or _crossed(rule, change, done, before)):
                day = _day(float(progress.reached_at[row]))
                yield _mark(change, rule.key, rule.title, rule.text, day, rule.notable)


LEVELS = ("band", "signal")


def _crossed(
    rule: MilestoneRule,
    change: Change,
    done: Recalculated,
    before: dict[UUID, dict[str, float]],
) -> bool:
    """Whether they stood below this level at the score before, by the same scorecard.

    A level has no date: without that score nobody knows when it was reached.
    """
    if done.is_baseline(change) or not change.differs:
        return False
    if rule.kind == "band":
        before_it = change.before.last_band
        return before_it is not None and rose(before_it, rule.parameters["band"])
    shares = before.get(change.customer_id, {})
    signal, share = rule.parameters["signal"], float(rule.parameters["share"])
    return shares.get(signal, share) < share


def _shares_before(done: Recalculated) -> dict[UUID, dict[str, float]]:
    """Signal shares at the score before, of those who rose since."""
    known = done.points_before
    if not known:
        return {}
    points = np.array([*known.values()], dtype=np.float64)
    shares = signal_shares(done.published.card, done.published.catalogue, points)
    return {
        customer: {signal: float(share[row]) for signal, share in shares.items()}
        for row, customer in enumerate(known)
    }


def _last_look(done: Recalculated, live: bool) -> Floats:
    """[N] days since epoch: when each was last looked at for milestones.

    Infinite at a baseline, where nothing counts as new, unless somebody new sends events live.
    """
    first = done.past.as_of - FRESH_DAYS if live else np.inf
    since = np.full(len(done.gathered), np.inf)
    for change in done.changes:
        if change.is_new:
            since[change.row] = first
        elif not done.is_baseline(change):
            since[change.row] = _midnight(_looked_on(change, done))
    return since


def _looked_on(change: Change, done: Recalculated) -> date:
    """The day of the score before; the one before that where a publication made the last one.

    That one wrote nothing, so what happened between the two is still to be told.
    """
    before = change.before
    switched = before.earlier_scorecard not in (None, done.published.id)
    day = before.earlier_date if switched else before.last_date
    return day or done.moment.date()


def _midnight(day: date) -> float:
    return days_of(datetime.combine(day, datetime.min.time(), UTC))


def _rises(done: Recalculated) -> Iterator[JustReached]:
    """Customers who climbed a band, by the same scorecard; once per band and month."""
    for change in done.changes:
        before = change.before.last_band
        if change.band is None or before is None or done.is_baseline(change):
            continue
        if rose(before, change.band):
            key = f"rose_{change.band}_{done.moment:%Y_%m}"
            yield _mark(change, key, *risen(change.band), done.moment.date(), False)


def _mark(change: Change, key: str, title: str, text: str, day: date, notable: bool) -> JustReached:
    return JustReached(
        customer_id=change.customer_id,
        external_id=change.external_id,
        key=key,
        title=title,
        text=text,
        reached_on=day,
        notable=notable,
    )


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment * 86_400, UTC).date()
