"""Build the input of the card rules from a recalculation.

Last orders, gaps and value come from the lifecycle, so that queue, score and screens agree.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import numpy as np

from pulse.cards.evidence.card_context import (
    CardContext,
    DeclaredContext,
    Milestone,
    Return,
)
from pulse.i18n.identity_phrases import LANGUAGES, words_for
from pulse.i18n.sentences import Sentence, Spoken
from pulse.milestones.default_rules import localize
from pulse.milestones.store import JustReached
from pulse.scoring.lifecycle.value_at_risk import lapse_chances
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.metrics.orders import is_taken_back
from pulse.scoring.recalculation import Change, Recalculated
from pulse.scoring.snapshots import unknown_as_none

RETURN_DAYS = 60
"""Days for which a return is mentioned."""


def pictures(
    business_id: UUID,
    done: Recalculated,
    drawn: Sequence[Change],
    reached: Sequence[JustReached],
    declared: Mapping[UUID, DeclaredContext],
    locale: str = "",
) -> list[CardContext]:
    """Return one card context per customer of `drawn`, in its order; without factors.

    locale: the business's, for customers without one: openers and milestones use one language.
    """
    stand, returns, marks = done.standing, _returns(done), _marks(done, reached, locale)
    known, chance = _columns(done), _chance(done)
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
            value=known.value[row],
            renewal_on=change.person["renewal_on"],
            days_silent=known.silent[row],
            usual_gap=known.usual_gap[row],
            longest_gap=known.longest_gap[row],
            habitual=bool(stand.habitual[row]),
            last_order_on=_day(known.last_order[row]),
            orders=int(stand.orders[row]),
            cancelled_only=bool(stand.cancelled_only[row]),
            active_days=int(stand.active_days[row]),
            since=_day(known.since[row]),
            last_return=returns.get(row),
            lifecycle=change.lifecycle,
            chance=chance[row],
            value_at_risk=known.value_at_risk[row],
            milestones=tuple(marks.get(change.customer_id, ())),
            owner_id=change.person["owner_id"],
            scorecard=done.published.id,
            baseline=done.is_baseline(change),
        )
        for change, row in ((one, one.row) for one in drawn)
    ]


class _Columns(NamedTuple):
    """[N] what is known of each customer; days, and dates as days since 1970."""

    usual_gap: list[float | None]
    longest_gap: list[float | None]
    last_order: list[float | None]
    since: list[float | None]
    silent: list[float | None]
    value: list[float | None]
    value_at_risk: list[float | None]


def _columns(done: Recalculated) -> _Columns:
    stand = done.standing
    dates = (stand.usual_gap, stand.longest_gap, stand.last_order, done.past.since, _silent(done))
    return _Columns(*map(unknown_as_none, (*dates, done.yearly_value, done.value_at_risk)))


def _silent(done: Recalculated) -> Floats:
    """Return the days since the last order, else since the last event; NaN without either."""
    event, stand = done.past.as_of - done.past.events().last(), done.standing
    return np.where(np.isnan(stand.last_order), event, stand.silent)


def _chance(done: Recalculated) -> list[float | None]:
    """Return [N] the chance to lapse; None without a habit."""
    return unknown_as_none(lapse_chances(done.scores.strength, done.standing, done.rhythm.chance))


def _returns(done: Recalculated) -> dict[int, Return]:
    """Return the last return or cancellation within RETURN_DAYS, by row."""
    kinds = [kind for kind in done.gathered.facts.events.names if is_taken_back(kind)]
    if not kinds:
        return {}
    taken = done.past.events(kinds, RETURN_DAYS)
    found = zip(taken.customer.tolist(), taken.at.tolist(), taken.amount.tolist(), strict=True)
    return {
        row: Return(day, None if np.isnan(amount) or not amount else abs(amount))
        for row, at, amount in found
        if (day := _day(at)) is not None
    }


def _day(moment: float | None) -> date | None:
    return None if moment is None else datetime.fromtimestamp(moment * 86_400, UTC).date()


def _marks(
    done: Recalculated, reached: Sequence[JustReached], locale: str
) -> dict[UUID, list[Milestone]]:
    """Return the milestones a person may mention, by customer, with the customer's titles."""
    notable = [mark for mark in reached if mark.notable]
    locales = {change.customer_id: change.person["locale"] for change in done.changes}
    words = {
        mark.customer_id: words_for(locales.get(mark.customer_id) or locale) for mark in notable
    }
    spoken = {code: words_for(code) for code in LANGUAGES} if notable else {}
    wanted = {*words.values(), *spoken.values()}
    say = {one: localize(done.published.catalogue, one) for one in wanted}
    marks: dict[UUID, list[Milestone]] = {}
    for mark in notable:
        title, _ = say[words[mark.customer_id]](mark.key, mark.title)
        told = {code: say[one](mark.key, mark.title)[0] for code, one in spoken.items()}
        staff = Sentence(_TITLE, title=Spoken(told))
        marks.setdefault(mark.customer_id, []).append(Milestone(mark.key, title, staff))
    return marks


_TITLE = "{title}"


def _band_before(change: Change, done: Recalculated) -> str | None:
    """Return the earlier band; None when another scorecard version computed it."""
    return None if done.is_baseline(change) else change.before.last_band


def _change_last(change: Change, done: Recalculated) -> float | None:
    before = change.before
    if before.last is None or before.last_date is None:
        return None
    fresh = done.moment.date() - before.last_date <= timedelta(days=7)
    return change.strength - before.last if fresh and not done.is_baseline(change) else None
