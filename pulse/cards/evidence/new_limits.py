"""Causes that apply only because limits changed, while nothing changed about the customer.

Limits are a scorecard version, which gives strengths and bands, and the chance to lapse learned
with it. A publication, a roll-back, a move to another scorecard and a newly learned chance change
them for many customers at once. A card begins by a cause that applies and

- did not apply by the same limits when they began,
- or something happened since: an order, a return, a fall of the strength,
- or it applies by the limits before as well, by the same three rules: without the change the card
  would open too. A version that returns continues where it ended.

Nothing is stored for it: former limits score the customer again as of now, and the beginnings are
known from snapshots (strengths) and events (orders and silence) of the last 90 days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
import numpy as np

from pulse.cards.evidence.card_context import CardContext, DeclaredContext
from pulse.cards.evidence.limit_periods import Limits, Period, chains
from pulse.cards.evidence.pictures import pictures
from pulse.cards.settings import CardRules
from pulse.cards.triggers import BAND_MARGIN, discover, due
from pulse.clock import start_of
from pulse.db.transaction import Unit
from pulse.i18n.sentences import marked
from pulse.scoring.named.assignment import subset
from pulse.scoring.recalculation import Change, Recalculated, changes_of, score_at
from pulse.scoring.scorecard_store import version_by_id
from pulse.scoring.snapshots import Before

FACTS = ("milestone", "renewal")
"""Causes that no limit of a scorecard decides."""
HELD = marked(
    "No card: nothing has happened since the scorecard or the chance to lapse changed, and none "
    "was due before. You can ask for a card now."
)
Found = tuple[Change, CardContext]


async def causes_by_limits(
    unit: Unit,
    done: Recalculated,
    found: Sequence[Found],
    rules: CardRules,
    declared: Mapping[UUID, DeclaredContext],
) -> dict[UUID, frozenset[str]]:
    """Return the causes of these customers that apply only because limits changed.

    found: the customers with their contexts as of now, in the order of `done.changes`.
    """
    causes = {
        context.customer_id: applying
        for _, context in found
        if not context.baseline and (applying := _applying(context, rules))
    }
    chained = await chains(
        unit, done, [change for change, _ in found if change.customer_id in causes]
    )
    judged = [one for one in found if len(chained.get(one[1].customer_id, ())) > 1]
    judge = _Judge(unit, done, judged, rules, declared)
    allowed = await judge.allowed(chained)
    return {who: frozenset(held) for who, begun in allowed.items() if (held := causes[who] - begun)}


async def is_held(unit: Unit, done: Recalculated, one: Found, rules: CardRules) -> bool:
    """Return whether a customer has no cause for a card but such as follow from new limits.

    one: their change and context of `done`.
    """
    _, context = one
    declared = {context.customer_id: context.declared} if context.declared else {}
    held = (await causes_by_limits(unit, done, [one], rules, declared)).get(context.customer_id)
    return bool(held) and not due(msgspec.structs.replace(context, by_limits=held), rules)


class _Judge:
    """Judges customers by several limits, as of now and as of the beginning of the limits."""

    def __init__(
        self,
        unit: Unit,
        done: Recalculated,
        found: Sequence[Found],
        rules: CardRules,
        declared: Mapping[UUID, DeclaredContext],
    ) -> None:
        self._unit, self._done, self._rules, self._declared = unit, done, rules, declared
        self._changes = {context.customer_id: change for change, context in found}
        self._contexts = {context.customer_id: context for _, context in found}
        self._current = Limits(done.published.id, done.rhythm.chance)

    async def allowed(self, chained: Mapping[UUID, list[Period]]) -> dict[UUID, set[str]]:
        """Return the causes by which a card may begin, for each customer found."""
        mine = {who: chained[who] for who in self._contexts}
        now = await self._by_limits(mine)
        then = await self._at_beginnings(mine)
        found: dict[UUID, set[str]] = {}
        for who, (oldest, *later) in mine.items():
            allowed = _applying(now[who, oldest.limits], self._rules)
            for period in later:
                context = now[who, period.limits]
                applying = _applying(context, self._rules)
                before = then.get((who, period.since))
                if before is not None and not _has_changed(before, context):
                    applying -= _applying(before, self._rules) - allowed
                allowed = applying
            found[who] = allowed
        return found

    async def _by_limits(
        self, chained: Mapping[UUID, list[Period]]
    ) -> dict[tuple[UUID, Limits], CardContext]:
        """Return everybody as of now, by each of their limits."""
        groups: dict[Limits, dict[UUID, float | None]] = {}
        for who, chain in chained.items():
            for period in chain:
                groups.setdefault(period.limits, {})[who] = period.high_now
        found: dict[tuple[UUID, Limits], CardContext] = {}
        for limits, highs in groups.items():
            drawn: Mapping[UUID, CardContext] = self._contexts
            if limits != self._current:
                drawn = await self._drawn(limits, self._done.moment, highs)
            found |= {(who, limits): drawn[who] for who in highs}
        return found

    async def _at_beginnings(
        self, chained: Mapping[UUID, list[Period]]
    ) -> dict[tuple[UUID, date], CardContext]:
        """Return everybody as of the days on which limits began, by these limits.

        Without customers who were not known yet on that day.
        """
        groups: dict[tuple[Limits, date], dict[UUID, Period]] = {}
        for who, chain in chained.items():
            for period in chain[1:]:
                groups.setdefault((period.limits, period.since), {})[who] = period
        found: dict[tuple[UUID, date], CardContext] = {}
        for (limits, since), members in groups.items():
            highs = {who: period.high_then for who, period in members.items()}
            strengths = {who: period.strength for who, period in members.items()}
            drawn = await self._drawn(limits, start_of(since), highs, strengths)
            found |= {(who, since): context for who, context in drawn.items()}
        return found

    async def _drawn(
        self,
        limits: Limits,
        moment: datetime,
        highs: Mapping[UUID, float | None],
        strengths: Mapping[UUID, float] | None = None,
    ) -> dict[UUID, CardContext]:
        """Return contexts by these limits; strengths: as stored, None: computed."""
        part = subset(self._done.gathered, sorted(self._changes[who].row for who in highs))
        rhythm = msgspec.structs.replace(self._done.rhythm, chance=limits.chance)
        version = await version_by_id(self._unit, limits.scorecard)
        then = score_at(part, version, moment, rhythm)
        if strengths is not None:
            stored = np.array([strengths[who] for who in part.ids], dtype=np.float64)
            then = replace(then, scores=replace(then.scores, strength=stored))
        changes = changes_of(then, {who: Before(high=high) for who, high in highs.items()})
        drawn = pictures(self._unit.business_id, then, changes, (), self._declared)
        return {context.customer_id: context for context in drawn}


def _applying(context: CardContext, rules: CardRules) -> set[str]:
    """Return the causes that limits decide and that apply, also those that others cover."""
    return {
        each.cause
        for each in discover().values()
        if not each.asked and each.cause not in FACTS and each.check(context, rules)
    }


def _has_changed(before: CardContext, now: CardContext) -> bool:
    """Return whether the customer was active, cancelled, returned or fell since."""
    days = (now.as_of - before.as_of) / timedelta(days=1)
    active = now.days_silent is not None and now.days_silent < days
    if active or before.last_order_on != now.last_order_on:
        return True
    if now.last_return not in (None, before.last_return):
        return True
    if before.strength is not None and now.strength is not None:
        return before.strength - now.strength >= BAND_MARGIN
    return False
