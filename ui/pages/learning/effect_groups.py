"""Groups of customers with the effect of a conversation, and the units behind them."""

import math
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from nicegui import binding, ui

from pulse.cards.effects.effect_store import (
    CountedUnit,
    EffectReport,
    compared_units,
    effect_report,
)
from pulse.cards.effects.strata import (
    ANY,
    FEWEST,
    FEWEST_ALL,
    GROUPS,
    UNKNOWN,
    EffectModel,
    Stratum,
)
from pulse.cards.triggers import label_of
from ui import kit
from ui.components.customer_rows import address_of
from ui.formatters import day, money, number, percent, signed
from ui.kit.table import Ask, Row, Slice
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.single_flight import shared
from ui.texts import gettext, marked

COUNTED = "/learning/customers"
"""URL of the page that lists the counted customers."""
HELD_OUT = f"{COUNTED}?side=held_out"
"""Everybody held out in the last year, whatever was noted about them."""
COLUMNS = [
    kit.Column("who", "Customers", "prose"),
    kit.Column("let_in", "Card opened", "link"),
    kit.Column("back", "Came back", "number", narrow=False),
    kit.Column("held_out", "Held out", "link"),
    kit.Column("held_back", "Came back", "number", narrow=False),
    kit.Column("effect", "Effect, points", "number"),
    kit.Column("range", "95 % interval", "quiet", narrow=False),
    kit.Column("advice", "Advice", "badge"),
]
PEOPLE = [
    kit.Column("name", "Customer", "person"),
    kit.Column("at", "Counted on", "number"),
    kit.Column("back", "Came back", "badge"),
]


@binding.bindable_dataclass
class EffectsState:
    """State of the panel: `loading` until it is computed."""

    loading: bool = True
    words: str = ""
    rows: Sequence[Row] = ()


def draw_effects(page: Page) -> None:
    """Draw the panel at once; it is filled after the page is shown."""
    state = EffectsState()
    with kit.panel("Whom a conversation helps", "by groups of customers, the last year"):
        kit.skeleton(160).bind_visibility_from(state, "loading")
        with box("pl-stack").bind_visibility_from(state, "words", backward=bool):
            text("", tag="p").bind_text_from(state, "words")
            table = kit.Table(COLUMNS, label="Effect of a conversation by group")
            table.bind_rows_from(state, "rows")
            table.bind_visibility_from(state, "rows", backward=bool)
            text(gettext(EXPLAINED), "pl-small pl-quiet", tag="p")
        ui.timer(0, partial(_load, page, state), once=True)


EXPLAINED = marked(
    "Compared are customers for whom a card was opened, delivered or not, and customers whose card "
    "was held out at random: chance decides about the card, not about the conversation. A group "
    "has a figure from 20 cases on either side. Its effect is the share that came back of those "
    "with an opened card less that of those held out; the fewer the cases, the closer it is "
    "moved to the effect on all. Where the whole interval lies below zero, cards of the group are "
    "not opened by themselves."
)


async def _load(page: Page, state: EffectsState) -> None:
    found = await _report(page)
    if page.live.gone:  # the view was closed meanwhile
        return
    state.loading = False
    state.rows = tuple(group_rows(found.model, page.currency))
    state.words = standing(found)


async def _report(page: Page) -> EffectReport:
    scope = page.scope
    return await shared(("effects", scope.business_id), lambda: effect_report(scope))


def standing(found: EffectReport) -> str:
    """Return whether the queue ranks by effects, or what is missing, in numbers."""
    model = found.model
    if not model.is_enough:
        return " ".join(filter(None, (_missing(model), _needed(found.share))))
    assert model.gain is not None
    gain = gettext(
        "On customers it had not seen, ranking by these groups brings back {mean} of 100 due "
        "customers more than the plain ranking (95 %: {low} to {high}), each counted by value, "
        "as a mean over all lengths of the queue."
    ).format(
        mean=signed(model.gain.mean * 100, 1),
        low=signed(model.gain.low * 100, 1),
        high=signed(model.gain.high * 100, 1),
    )
    used = (
        gettext("The queue ranks by it.")
        if model.ranks
        else gettext("The queue does not rank by it: no gain is shown.")
    )
    return f"{used} {gain}"


def _missing(model: EffectModel) -> str:
    return gettext(
        "Not used yet. This takes {fewest} cases with an opened card and {fewest} held out at "
        "random, one a quarter for each customer: there are {let_in} and {held_out}. It also "
        "takes {groups} groups with {least} cases on either side: there are {told}."
    ).format(
        fewest=number(FEWEST_ALL),
        let_in=number(model.let_in),
        held_out=number(model.held_out),
        groups=number(GROUPS),
        least=number(FEWEST),
        told=number(len(model.told)),
    )


def _needed(share: float) -> str:
    if not 0 < share < 1:
        return gettext("Nobody is held out: Settings → Rules sets the share.")
    return gettext("At {share} held out that takes about {needed} cases.").format(
        share=percent(share), needed=number(math.ceil(FEWEST_ALL / min(share, 1 - share)))
    )


def group_rows(model: EffectModel, currency: str) -> list[Row]:
    """Return one row per group: harmful ones first, then the largest."""
    alone = {one.key for one in model.left_alone}
    order = sorted(
        model.strata, key=lambda one: (one.key not in alone, -one.held_out, -one.let_in, one.key)
    )
    return [_row(model, one, currency, one.key in alone) for one in order]


def _row(model: EffectModel, one: Stratum, currency: str, alone: bool) -> Row:
    advice, tone = _advice(one, alone)
    return {
        "id": "/".join(map(str, one.key)),
        "who": group_name(model, one.key, currency),
        "let_in": number(one.let_in),
        "let_in_href": _address(one, "card"),
        "back": percent(one.back / one.let_in if one.let_in else None),
        "held_out": number(one.held_out),
        "held_out_href": _address(one, "held_out"),
        "held_back": percent(one.held_out_back / one.held_out if one.held_out else None),
        "effect": number(None) if one.effect is None else signed(one.effect * 100, 1),
        "range": ""
        if one.low is None or one.high is None
        else gettext("{low} to {high}").format(
            low=signed(one.low * 100, 1), high=signed(one.high * 100, 1)
        ),
        "advice": advice,
        "advice_tone": tone,
    }


def _advice(one: Stratum, alone: bool) -> tuple[str, str]:
    if alone:
        return gettext("leave alone"), "warn"
    if one.low is None:
        return gettext("too few to say"), ""
    return (gettext("helps"), "good") if one.low > 0 else (gettext("not shown to help"), "")


def group_name(model: EffectModel, key: tuple[str, int, int], currency: str) -> str:
    """Return 'Order is overdue, strength below 34, value £200 to £900'."""
    cause, strength, value = key
    strengths = [number(edge) for edge in model.strength_edges]
    values = [money(edge, currency) for edge in model.value_edges]
    parts = [
        gettext(label_of(cause)),
        _level(gettext("strength"), strength, strengths),
        _level(gettext("value"), value, values),
    ]
    return ", ".join(filter(None, parts))


def _level(name: str, place: int, edges: list[str]) -> str:
    if place == ANY or not edges:
        return ""
    if place == UNKNOWN:
        return gettext("{name} not known").format(name=name)
    words = (
        gettext("{name} below {edge}"),
        gettext("{name} {low} to {high}"),
        gettext("{name} from {edge}"),
    )[place]
    return words.format(name=name, edge=edges[min(place, 1)], low=edges[0], high=edges[1])


def _address(one: Stratum, side: str) -> str:
    cause, strength, value = one.key
    given = {"cause": cause, "strength": strength, "value": value, "side": side}
    return f"{COUNTED}?{urlencode(given)}"


class CountedCustomers:
    """The counted customers on one side of one group; as many rows as the figure states."""

    def __init__(self, page: Page) -> None:
        self._page = page
        given = page.address.get
        self._key = (given("cause"), _whole(given("strength")), _whole(given("value")))
        self._held_out = given("side") == "held_out"

    async def draw(self) -> None:
        """Draw the heading and the first page of rows."""
        side = (
            gettext("Held out at random")
            if self._held_out
            else gettext("Card opened, delivered or not")
        )
        kit.Title(side, await self._group_name())
        kit.link(gettext("Back to Learning"), "/learning")
        with kit.panel("Customers and quarters", "newest first", flush=True):
            table = kit.PagedTable(
                PEOPLE,
                self._load,
                sort=("", True),
                label="Customers and quarters",
                nothing="Nobody was counted",
                page_size=50,
            )
        await table.start()

    async def _group_name(self) -> str:
        if not self._key[0]:
            return gettext("all groups, the last year")
        found = await _report(self._page)
        return group_name(found.model, self._key, self._page.currency)

    async def _units(self) -> list[CountedUnit]:
        """Return the units of the group; without a group all that the uplift counts."""
        if not self._key[0]:
            scope = self._page.scope
            return await shared(("compared", scope.business_id), lambda: compared_units(scope))
        return [one for one in (await _report(self._page)).units if one.group == self._key]

    async def _load(self, ask: Ask) -> Slice:
        mine = [one for one in await self._units() if one.held_out == self._held_out]
        first = int(ask.cursor or 0)
        end = first + ask.limit
        rows = [_person(one, first + n) for n, one in enumerate(mine[first:end])]
        return Slice(rows, str(end) if end < len(mine) else None, len(mine))


def _person(one: CountedUnit, place: int) -> Row:
    return {
        "id": str(place),
        "at": day(one.at),
        "back": gettext("yes") if one.back else gettext("no"),
        "back_tone": "good" if one.back else "",
        **kit.cells.person(one.name or one.external_id, address_of(one.external_id)),
    }


def _whole(given: str) -> int:
    """Parse a level of the URL; an invalid one gives ANY."""
    try:
        return int(given)
    except ValueError:
        return ANY
