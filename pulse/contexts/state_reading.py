"""Read the states of several widgets of one business in one unit of work.

After a restart thousands of widgets request their state at once. The rows of all waiting widgets
are read together, so that the cost of each statement is shared; each state is then built
separately, in turn with the process's other work.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock
from pulse.auth.businesses import Business, business_by_id
from pulse.auth.scope import Scope
from pulse.contexts import disputes, sharing, widget_settings
from pulse.contexts.described.home import View, describe
from pulse.contexts.disputes import Dispute, ShownDispute
from pulse.contexts.sharing import Context
from pulse.contexts.widget_settings import WidgetSettings
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.i18n.identity_phrases import Words
from pulse.milestones.celebrations import Celebration, localize_celebration, pop_celebrations
from pulse.milestones.rules import Next
from pulse.milestones.store import MilestoneBook, ShownMilestone, milestones_of
from pulse.scoring import scorecard_store
from pulse.scoring.factors import Reason
from pulse.scoring.history.trend import Point, histories
from pulse.scoring.lifecycle.rhythm_store import rhythm_in
from pulse.scoring.named.assignment import score_each
from pulse.scoring.queries import Identity, Picture, Reader, current_rows, picture_of, versions_of
from pulse.scoring.recalculation import Recalculated
from pulse.scoring.recommendations import Step
from pulse.scoring.scorecard_store import Published
from pulse.tables.customer import Customer

SEEN_EVERY = timedelta(minutes=1)
"""Accuracy of "widget last seen": a page that opens again within it writes nothing."""


class Milestones(msgspec.Struct, frozen=True):
    """The reached milestones, newest first, and the closest next one."""

    reached: list[ShownMilestone]
    next: Next | None


class Preferences(msgspec.Struct, frozen=True):
    """The customer's settings; a hidden score is sent to no one but the widget's owner."""

    celebrations: str
    score_hidden: bool


class WidgetState(msgspec.Struct, frozen=True, kw_only=True):
    """The `state` of a widget; contains nothing that a customer must not see."""

    customer: dict[str, str]
    business: dict[str, str]
    identity: Identity
    because: tuple[Reason, ...]
    strengthen: tuple[Step, ...]
    history: list[Point]
    milestones: Milestones
    contexts: list[Context]
    preferences: Preferences
    disputes: list[ShownDispute]
    widget: WidgetSettings
    view: View | msgspec.UnsetType = msgspec.UNSET
    """The described pages with the script's texts; only if requested."""


class StateOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a widget requests its state.

    locale: its language; without one the customer's, else the business's. chosen: the page chose
    it, so that the customer's stored language does not apply. view: also describe the pages; then
    the customer's stored language takes precedence over a locale that is not chosen.
    """

    locale: str | None = None
    chosen: bool = False
    view: bool = False

    def reader(self, business: Business, bond: str) -> Reader:
        """The reader whose language the state is in."""
        first = self.view and not self.chosen
        return Reader(self.locale, business.locale, bond, stored_first=first)


DEFAULT_OPTIONS = StateOptions()


@dataclass
class StateRequest:
    """A request for the state of a customer, and its result.

    celebrates: also return the celebration that is due now, and mark it as shown.
    """

    scope: Scope
    external_id: str
    asked: StateOptions = DEFAULT_OPTIONS
    celebrates: bool = False
    celebration: Celebration | None = None
    answer: WidgetState | Exception | None = None

    def state(self) -> WidgetState:
        """The state that was read; raises NotFound when the customer does not exist for them."""
        if isinstance(self.answer, Exception):
            raise self.answer
        assert self.answer is not None
        return self.answer


@dataclass
class _Rows:
    """The rows read for customers of one business, by the requested id or by the internal id."""

    current: dict[str, dict[str, Any]]
    versions: dict[UUID, Published]
    points: dict[UUID, list[Point]]
    contexts: dict[UUID, list[Context]]
    disputes: dict[UUID, list[Dispute]]
    kept: dict[UUID, list[dict[str, Any]]]
    scored: dict[UUID, Recalculated]
    """Today's scores by customer; empty before the first scorecard."""
    catalogue: Sequence[Any]
    celebrations: dict[UUID, Celebration] = field(default_factory=dict)


async def read(scope: Scope, asks: Sequence[StateRequest]) -> None:
    """Answer these requests, all for customers of the business of `scope`.

    Each is checked against its own scope: a customer gets nobody else's state, whoever is read
    together with them.
    """
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        rows = await _read_rows(unit, business, {ask.external_id for ask in asks})
        mine = [ask for ask in asks if _is_own(ask, rows)]
        await _store_last_seen(unit, [rows.current[ask.external_id] for ask in mine])
        wanted = [rows.current[ask.external_id]["id"] for ask in mine if ask.celebrates]
        rows.celebrations = await pop_celebrations(unit, wanted) if wanted else {}
    voice = _StateBuilder(business, rows)
    for place, ask in enumerate(asks):
        if place:
            await asyncio.sleep(0)  # let other tasks run between two states
        try:
            ask.answer = voice.state_for(ask)
        except Exception as refused:  # one failure does not affect the others
            ask.answer = refused


def _is_own(ask: StateRequest, rows: _Rows) -> bool:
    """Whether it is the customer's own widget, not a preview."""
    row = rows.current.get(ask.external_id)
    return row is not None and not ask.scope.preview and ask.scope.customer_id == row["id"]


async def _read_rows(unit: Unit, business: Business, external_ids: set[str]) -> _Rows:
    current = await current_rows(unit, [*external_ids])
    ids = list({row["id"] for row in current.values()})
    scored = await score_each(unit, ids, rhythm_in(business.settings))
    published = next((done.published for done in scored.values()), None)
    return _Rows(
        current=current,
        versions=await versions_of(unit, current.values()),
        points=await histories(unit, ids),
        contexts=await sharing.shared_by(unit, ids),
        disputes=await disputes.of_customers(unit, ids),
        kept=await milestones_of(unit, ids),
        scored=scored,
        catalogue=published.catalogue if published else await scorecard_store.catalogue(unit),
    )


class _StateBuilder:
    """Builds states from rows, in the language of each customer."""

    def __init__(self, business: Business, rows: _Rows) -> None:
        self._business = business
        self._rows = rows
        self._widget = widget_settings.read(business.settings)
        self._words: dict[tuple[Reader, str | None], Words] = {}
        self._books: dict[tuple[bool, UUID], MilestoneBook] = {}

    def state_for(self, ask: StateRequest) -> WidgetState:
        """The state for this request, and its celebration; raises NotFound."""
        row = self._rows.current.get(ask.external_id)
        reader = ask.asked.reader(self._business, self._widget.bond)
        words = self._words_of(reader, row["locale"] if row else None)
        seen = picture_of(ask.scope, row, self._rows.versions, words)
        if ask.celebrates and (due := self._rows.celebrations.pop(seen.id, None)):
            stored = seen.person["locale"]
            locale = (None if ask.asked.chosen else stored) or ask.asked.locale
            reader = Reader(locale, self._business.locale, self._widget.bond)
            spoken = self._words_of(reader, stored)
            ask.celebration = localize_celebration(spoken, due, self._rows.catalogue)
        state = self._state(ask.external_id, seen)
        if not ask.asked.view:
            return state
        reached, following = state.milestones.reached, state.milestones.next
        view = describe(seen, state.widget, state.history, state.disputes, reached, following)
        return msgspec.structs.replace(state, view=view)

    def _words_of(self, reader: Reader, stored: str | None) -> Words:
        if (reader, stored) not in self._words:
            self._words[reader, stored] = reader.words(stored)
        return self._words[reader, stored]

    def _state(self, external_id: str, seen: Picture) -> WidgetState:
        rows, business, person = self._rows, self._business, seen.person
        return WidgetState(
            customer={
                "id": external_id,
                "name": person["name"],
                "locale": person["locale"] or business.locale,
                "stored_locale": person["locale"],
            },
            business={"id": business.slug, "name": business.name},
            identity=seen.identity,
            because=seen.because,
            strengthen=seen.strengthen,
            history=rows.points[seen.id] if seen.identity.timestamp else [],
            milestones=self._milestones(seen),
            contexts=rows.contexts.get(seen.id, []),
            preferences=Preferences(person["celebrations"], person["score_hidden"]),
            disputes=disputes.shown_to_customer(rows.disputes.get(seen.id, ())),
            widget=self._widget,
        )

    def _milestones(self, seen: Picture) -> Milestones:
        """Milestones; a customer who is not known well enough has reached no level.

        Customers who have left are not told what they could reach next.
        """
        scored = self._rows.scored.get(seen.id)
        if scored is None:
            return Milestones([], None)
        is_known = seen.identity.identity_strength is not None
        which = (is_known, scored.published.id)
        if which not in self._books:
            known = np.full(len(scored.gathered), is_known)
            self._books[which] = MilestoneBook(scored, self._rows.kept, known)
        reached, following = self._books[which].of(seen.id, seen.words)
        return Milestones(reached, None if seen.identity.lifecycle == "left" else following)


async def _store_last_seen(unit: Unit, people: Sequence[Mapping[str, Any]]) -> None:
    """Update "widget last seen", at most once a minute, so that reading rarely writes.

    In one statement, and without waiting: a customer whose row is locked is updated the next time.
    """
    now = clock.now()
    before = now - SEEN_EVERY
    seen = ((person["id"], person["widget_seen_at"]) for person in people)
    ids = {one for one, last in seen if last is None or last < before}
    if ids:
        of = {"business_id": unit.business_id}
        free = await _FREE.column(unit, **of, ids=list(ids), before=before)
        await _NOTE_SEEN.run(unit, **of, ids=free, now=now)


_FREE = prepared(
    Customer.select(Customer.id)
    .where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.id, Param("ids")),
        Customer.widget_seen_at.is_null() | (Customer.widget_seen_at < Param("before")),
    )
    .lock_rows("NO KEY UPDATE", skip_locked=True)
)
_NOTE_SEEN = prepared(
    Customer.update({Customer.widget_seen_at: Param("now")}, use_auto_update=False).where(
        Customer.business_id == Param("business_id"), any_of(Customer.id, Param("ids"))
    )
)
