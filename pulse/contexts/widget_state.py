"""What a customer's own widget shows: strength, reasons, milestones, what is shared at present."""

from datetime import timedelta

import msgspec

from pulse import clock
from pulse.auth.businesses import Business, business_by_id
from pulse.auth.scope import Scope
from pulse.contexts import disputes, sharing, widget_settings
from pulse.contexts.disputes import Shown
from pulse.contexts.sharing import Context
from pulse.contexts.widget_settings import WidgetSettings
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.milestones import store
from pulse.milestones.celebrations import Celebration, localize_celebration, pop_celebration
from pulse.milestones.rules import Next
from pulse.milestones.store import Shown as ShownMilestone
from pulse.scoring import scorecard_store
from pulse.scoring.factors import Reason
from pulse.scoring.history.trend import Point, history
from pulse.scoring.lifecycle.rhythm_store import rhythm_in
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.queries import Identity, Picture, Reader, picture
from pulse.scoring.recalculation import score_at
from pulse.scoring.recommendations import Step
from pulse.tables.customer import Customer

SEEN_EVERY = timedelta(minutes=1)
"""How exact "widget last seen" is: a page that opens again within it writes nothing."""


class Milestones(msgspec.Struct, frozen=True):
    """Reached ones, newest first, and the closest next one."""

    reached: list[ShownMilestone]
    next: Next | None


class Preferences(msgspec.Struct, frozen=True):
    """What the customer chose; with a hidden score the number stays with the widget's owner."""

    celebrations: str
    score_hidden: bool


class WidgetState(msgspec.Struct, frozen=True, kw_only=True):
    """The `state` of a widget; nothing in it that a customer must not see."""

    customer: dict[str, str]
    business: dict[str, str]
    identity: Identity
    because: tuple[Reason, ...]
    strengthen: tuple[Step, ...]
    history: list[Point]
    milestones: Milestones
    contexts: list[Context]
    preferences: Preferences
    disputes: list[Shown]
    widget: WidgetSettings


async def widget_state(scope: Scope, external_id: str, locale: str | None = None) -> WidgetState:
    """Everything the widget shows of this customer; raises NotFound for anybody else's.

    Said in the language of `locale` (the widget's own), else the customer's, else the business's.
    """
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id, _reader(business, locale))
        return await _state(unit, scope, business, seen, external_id)


async def open_widget(
    scope: Scope, external_id: str, locale: str | None = None, *, chosen: bool = False
) -> tuple[WidgetState, Celebration | None]:
    """`widget_state`, and the celebration due now, in one unit of work; asking spends it.

    chosen: the page chose `locale`, so that what the customer has stored counts no more. A preview
    is shown no celebration: the customer is to see it.
    """
    business = await business_by_id(scope.business_id)
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id, _reader(business, locale))
        state = await _state(unit, scope, business, seen, external_id)
        if scope.preview:
            return state, None
        due = await pop_celebration(unit, seen.id)
        if due is None:
            return state, None
        stored = seen.person["locale"]
        words = _reader(business, (None if chosen else stored) or locale).words(stored)
        return state, localize_celebration(words, due, await scorecard_store.catalogue(unit))


async def _state(
    unit: Unit, scope: Scope, business: Business, seen: Picture, external_id: str
) -> WidgetState:
    if scope.is_customer and not scope.preview:
        await _note_seen(unit, seen)
    return WidgetState(
        customer={
            "id": external_id,
            "name": seen.person["name"],
            "locale": seen.person["locale"] or business.locale,
            "stored_locale": seen.person["locale"],
        },
        business={"id": business.slug, "name": business.name},
        identity=seen.identity,
        because=seen.because,
        strengthen=seen.strengthen,
        history=await history(unit, seen.id) if seen.identity.timestamp else [],
        milestones=await _milestones(unit, business, seen),
        contexts=await sharing.shared_now(unit, seen.id),
        preferences=Preferences(seen.person["celebrations"], seen.person["score_hidden"]),
        disputes=await disputes.shown_to_customer(unit, seen.id),
        widget=widget_settings.read(business.settings),
    )


async def prefer(
    scope: Scope,
    external_id: str,
    *,
    celebrations: str | None = None,
    score_hidden: bool | None = None,
) -> Preferences:
    """Keep what the customer chose; None leaves a choice as it is."""
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id)
        chosen = Preferences(
            seen.person["celebrations"] if celebrations is None else celebrations,
            seen.person["score_hidden"] if score_hidden is None else score_hidden,
        )
        await Customer.update(
            {
                Customer.celebrations: chosen.celebrations,
                Customer.score_hidden: chosen.score_hidden,
            }
        ).where(Customer.business_id == unit.business_id, Customer.id == seen.id)
        return chosen


def _reader(business: Business, locale: str | None) -> Reader:
    bond = widget_settings.read(business.settings).bond
    return Reader(locale, business.locale, bond)


async def _milestones(unit: Unit, business: Business, seen: Picture) -> Milestones:
    in_force = await scorecard_store.published_or_none(unit)
    if in_force is None:
        return Milestones([], None)
    rhythm = rhythm_in(business.settings)
    now = score_at(await gather(unit, [seen.id]), in_force, clock.now(), rhythm)
    is_known = seen.identity.identity_strength is not None
    reached, following = await store.standing_of(unit, now, words=seen.words, is_known=is_known)
    return Milestones(reached, following)


async def _note_seen(unit: Unit, seen: Picture) -> None:
    """ "Widget last seen", at most once a minute, so that reading stays reading."""
    now = clock.now()
    before = now - SEEN_EVERY
    if (last := seen.person["widget_seen_at"]) is None or last < before:
        ids = {"business_id": unit.business_id, "id": seen.id}
        await _NOTE_SEEN.run(unit, **ids, now=now, before=before)


_NOTE_SEEN = prepared(
    Customer.update({Customer.widget_seen_at: Param("now")}, use_auto_update=False).where(
        Customer.business_id == Param("business_id"),
        Customer.id == Param("id"),
        Customer.widget_seen_at.is_null() | (Customer.widget_seen_at < Param("before")),
    )
)
