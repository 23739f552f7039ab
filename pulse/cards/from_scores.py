"""From a recalculation to cards: draw the picture the triggers need, open what is due.

Most customers of a rescoring give no cause, so the picture is drawn in two steps: cheaply for all,
and with factors (what changed in 30 days, metric by metric) only where a trigger holds.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse.cards import creation
from pulse.cards import settings as card_settings
from pulse.cards.creation import Opened
from pulse.cards.triggers import CardContext, DeclaredContext, Factor, Milestone, due, only_ours
from pulse.db.transaction import Unit
from pulse.i18n.identity_phrases import words_for
from pulse.milestones.default_rules import localize
from pulse.milestones.store import JustReached
from pulse.scoring.factors import factors_of
from pulse.scoring.recalculation import Change, Recalculated
from pulse.scoring.snapshots import MONTH_DAYS, unknown_as_none

YEAR_DAYS = 365.0


async def open_due_cards(
    unit: Unit, done: Recalculated, reached: Sequence[JustReached], *, wanted: str = ""
) -> list[Opened]:
    """Open the cards that this recalculation makes due; the opened ones.

    wanted: a colleague asks for a conversation with each of them; who and why, as a sentence.
    """
    settings = card_settings.read(
        await unit.fetchval("SELECT settings FROM businesses WHERE id = $1", unit.business_id)
    )
    declared = await _declared(unit, done)
    drawn = done.changes
    if not wanted and only_ours():
        drawn = _concerned(done, reached, declared)
    pictures = _pictures(unit.business_id, done, drawn, reached, declared)
    if wanted:
        pictures = [msgspec.structs.replace(picture, wanted=wanted) for picture in pictures]
    calling = [
        (change, picture)
        for change, picture in zip(drawn, pictures, strict=True)
        if due(picture, settings)
    ]
    if not calling:
        return []
    earlier = await _points_a_month_ago(unit, done, [change for change, _ in calling])
    full = [
        msgspec.structs.replace(picture, factors=_factors(done, change, earlier))
        for change, picture in calling
    ]
    return await creation.open_cards(unit, full)


async def reprioritize(unit: Unit, customers: Sequence[UUID]) -> None:
    """These customers' declared state changed: their open cards move in the queue."""
    await creation.reprioritise(unit, customers)


def _concerned(
    done: Recalculated, reached: Sequence[JustReached], declared: dict[UUID, DeclaredContext]
) -> list[Change]:
    """Without the customers for whom no cause of ours can hold, most of a rescoring.

    Those said nothing, reached nothing, renew nothing, and either have no past to compare with or
    have neither fallen since nor ever given a sign of life that could be missed.
    """
    told = {mark.customer_id for mark in reached if mark.notable} | declared.keys()
    seen = (~np.isnan(done.past.events().last())).tolist()
    return [
        change
        for change in done.changes
        if change.person["renewal_on"] is not None
        or change.customer_id in told
        or (
            change.high_before is not None
            and (seen[change.row] or change.strength < change.high_before)
        )
    ]


def _pictures(
    business_id: UUID,
    done: Recalculated,
    drawn: Sequence[Change],
    reached: Sequence[JustReached],
    declared: dict[UUID, DeclaredContext],
) -> list[CardContext]:
    silent = unknown_as_none(done.past.as_of - done.past.events().last())
    usual, values = unknown_as_none(_usual_gap(done)), _values(done)
    marks = _marks(done, reached)
    return [
        CardContext(
            business_id=business_id,
            customer_id=change.customer_id,
            external_id=change.external_id,
            as_of=done.moment,
            strength=change.strength,
            name=change.person["name"],
            locale=change.person["locale"] or None,
            recent_high=change.high_before,
            change_7d=change.change_7d,
            change_30d=change.change_30d,
            change_last=_change_last(change, done),
            band=change.band,
            band_before=_band_before(change, done),
            declared=declared.get(change.customer_id),
            value=values[change.row] if values is not None else change.person["value"],
            renewal_on=change.person["renewal_on"],
            days_silent=silent[change.row],
            usual_gap=usual[change.row],
            milestones=tuple(marks.get(change.customer_id, ())),
            owner_id=change.person["owner_id"],
            baseline=done.is_baseline(change),
        )
        for change in drawn
    ]


def _marks(done: Recalculated, reached: Sequence[JustReached]) -> dict[UUID, list[Milestone]]:
    """What a person may mention, by customer; titles as the customer reads them."""
    notable = [mark for mark in reached if mark.notable]
    locales = {change.customer_id: change.person["locale"] for change in done.changes}
    words = {mark.customer_id: words_for(locales.get(mark.customer_id)) for mark in notable}
    say = {one: localize(done.published.catalogue, one) for one in set(words.values())}
    marks: dict[UUID, list[Milestone]] = {}
    for mark in notable:
        title, _ = say[words[mark.customer_id]](mark.key, mark.title)
        marks.setdefault(mark.customer_id, []).append(Milestone(mark.key, title, mark.title))
    return marks


def _band_before(change: Change, done: Recalculated) -> str | None:
    """The band before, unless another scorecard drew it: then nothing was lost."""
    same = change.before.last_scorecard == done.published.id
    return change.before.last_band if same else None


def _change_last(change: Change, done: Recalculated) -> float | None:
    before = change.before
    if before.last is None or before.last_date is None:
        return None
    fresh = done.moment.date() - before.last_date <= timedelta(days=7)
    same = before.last_scorecard == done.published.id
    return change.strength - before.last if fresh and same else None


def _values(done: Recalculated) -> list[float] | None:
    """In a replayed past, what each had spent in the year before: today's values look ahead."""
    if not creation.is_history():
        return None
    spent: list[float] = done.past.events(days=YEAR_DAYS).total().tolist()
    return spent


def _usual_gap(done: Recalculated) -> Any:
    events = done.past.events()
    count, first, last = events.count(), events.first(), events.last()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 1, (last - first) / (count - 1), np.nan)


async def _declared(unit: Unit, done: Recalculated) -> dict[UUID, DeclaredContext]:
    stating = [
        change.customer_id for change in done.changes if change.person["context_type"] is not None
    ]
    if not stating:
        return {}
    rows = await unit.fetch(
        "SELECT DISTINCT ON (customer_id) customer_id, context_type, note, expires_at "
        "FROM customer_contexts WHERE business_id = $1 AND customer_id = ANY($2) "
        "AND withdrawn_at IS NULL AND expires_at > $3 AND shared_at <= $3 "
        "ORDER BY customer_id, shared_at DESC",
        unit.business_id,
        stating,
        done.moment,
    )
    return {
        row["customer_id"]: DeclaredContext(row["context_type"], row["note"], row["expires_at"])
        for row in rows
    }


async def _points_a_month_ago(
    unit: Unit, done: Recalculated, changes: Sequence[Change]
) -> dict[UUID, list[float]]:
    """Contributions of the same scorecard some 30 days back, by customer."""
    rows = await unit.fetch(
        "SELECT DISTINCT ON (customer_id) customer_id, contributions FROM identity_snapshots "
        "WHERE business_id = $1 AND customer_id = ANY($2) AND scorecard_id = $3 "
        "AND snapshot_date <= $4 ORDER BY customer_id, snapshot_date DESC",
        unit.business_id,
        [change.customer_id for change in changes],
        done.published.id,
        done.moment.date() - timedelta(days=MONTH_DAYS),
    )
    return {row["customer_id"]: row["contributions"] for row in rows}


def _factors(
    done: Recalculated, change: Change, earlier: dict[UUID, list[float]]
) -> tuple[Factor, ...]:
    points = done.scores.contributions[change.row].tolist()
    then = earlier.get(change.customer_id, points)
    full = factors_of(
        done.published.card,
        done.published.catalogue,
        done.scores.metric_values[change.row].tolist(),
        points,
    )
    return tuple(
        Factor(
            feature=factor.feature,
            label=factor.label,
            signal=factor.signal,
            value=factor.value,
            contribution=factor.contribution,
            change=factor.contribution - before,
            said=factor.spoken_value,
        )
        for factor, before in zip(full, then, strict=True)
    )
