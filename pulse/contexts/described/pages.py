"""The widget's other pages, read when opened: one reason, the customer's data, the wrapped."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from pulse.auth.businesses import business_by_id
from pulse.auth.scope import Scope
from pulse.contexts import widget_settings
from pulse.contexts.described.nodes import Node, Texts, el, in_place, part, rows
from pulse.contexts.disputes import LONGEST_NOTE
from pulse.customers.access_log import DayOfViews, views_of
from pulse.db.transaction import tenant
from pulse.errors import NotFound
from pulse.i18n.identity_phrases import words_for
from pulse.milestones.wrapped import PeriodKind, Slide
from pulse.milestones.wrapped_data import Story, look_back
from pulse.scoring.queries import Picture, Reader, picture
from pulse.scoring.what_if import WhatIfCurve, what_if_of_customer

PageName = Literal["reason", "data", "wrapped"]
MODES = ("on", "quiet", "off")
PERIODS: tuple[PeriodKind, ...] = ("quarter", "year")


class Page(msgspec.Struct, frozen=True):
    """A page with its title."""

    title: Node
    nodes: list[Node]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The requested page: its name, the fact of a reason, the period of a wrapped."""

    name: PageName
    feature: str = ""
    period: PeriodKind = "quarter"
    locale: str | None = None


async def page(scope: Scope, external_id: str, wish: Wish) -> Page:
    """A page for this customer; raises NotFound for another customer's and for a hidden fact."""
    business = await business_by_id(scope.business_id)
    reader = Reader(wish.locale, business.locale, widget_settings.read(business.settings).bond)
    if wish.name == "wrapped":
        story = await look_back(scope, external_id, wish.period, wish.locale, reader.bond)
        texts = Texts(words_for(wish.locale, business.locale))
        return Page(texts("wrapped"), _wrapped(texts, story, wish.period, business.name))
    async with tenant(scope) as unit:
        seen = await picture(unit, scope, external_id, reader)
    texts = Texts(seen.words)
    if wish.name == "data":
        views = await views_of(scope, external_id)
        return Page(texts("data"), _data(texts, seen, views, business.name))
    curve = await _curve(scope, external_id, seen, wish)
    return Page(texts("reason"), _reason(texts, seen, wish.feature, curve, business.name))


async def _curve(scope: Scope, external_id: str, seen: Picture, wish: Wish) -> WhatIfCurve | None:
    """The strength by value of this fact, if the customer can change it and may see the score."""
    is_step = any(one.feature == wish.feature for one in seen.strengthen)
    if not is_step or seen.person["score_hidden"]:
        return None
    try:
        return await what_if_of_customer(scope, external_id, wish.feature, wish.locale)
    except NotFound:
        return None


def _reason(
    texts: Texts, seen: Picture, feature: str, curve: WhatIfCurve | None, who: str
) -> list[Node]:
    """What-if values of a fact, and "This is not right"."""
    texts_of = {one.feature: one.text for one in seen.strengthen}
    texts_of |= {one.feature: one.text for one in seen.because}
    shown = texts_of.get(feature)
    if shown is None:
        raise NotFound("There is no such fact on this customer's page.", code="FACT_NOT_FOUND")
    send = ["POST", "/disputes", {"feature": feature}, "note"]
    field = {"id": "reply", "maxlength": LONGEST_NOTE, "dir": "auto"}
    return in_place(
        [
            el("p", {"dir": "auto"}, shown),
            _slider(texts, curve) if curve and len(curve.possible) > 1 else None,
            el(
                "section",
                {},
                el("label", {"for": "reply"}, texts("replyLabel", who=who)),
                el("textarea", field),
                texts.button("dispute", {"send": send, "page": ""}, **{"class": "main wide"}),
            ),
        ]
    )


def _slider(texts: Texts, curve: WhatIfCurve) -> Node | None:
    told = [f"{one.text}: {texts.whole(one.strength)}" for one in curve.possible]
    slider = {
        "type": "range",
        "class": "wide",
        "min": "0",
        "max": str(len(told) - 1),
        "aria-label": texts("whatIf"),
        "act": {"texts": told},
    }
    outputs = [el("output", {"dir": "auto", "at": place}, text) for place, text in enumerate(told)]
    return part(texts("whatIf"), el("input", slider), *outputs)


def _data(texts: Texts, seen: Picture, views: Sequence[DayOfViews], who: str) -> list[Node]:
    """Stored data, download, hiding the score, who has seen it, celebrations, erasure."""
    wide = {"class": "wide"}
    is_hidden = seen.person["score_hidden"]
    hide = {"send": ["PUT", "/preferences", {"score_hidden": not is_hidden}], "page": "data"}
    chosen = seen.person["celebrations"]
    choose: dict[str, dict[str, object]] = {
        mode: {"send": ["PUT", "/preferences", {"celebrations": mode}], "page": "data"}
        for mode in MODES
    }
    return in_place(
        [
            el("p", {}, texts("stored", who=who)),
            texts.button("download", {"send": ["GET", "/data"], "save": "pulse.json"}, **wide),
            texts.button("unhide" if is_hidden else "hide", hide, **wide),
            _seen(texts, views, who),
            part(texts("celebrations"), _choices(texts, "celebrations", choose, chosen)),
            _erasure(texts, who),
        ]
    )


def _seen(texts: Texts, views: Sequence[DayOfViews], who: str) -> Node | None:
    """The days on which staff opened the customer's page."""
    if not views:
        return part(texts("seen"), el("p", {}, texts("seenNobody", who=who)))
    label = texts("seenBy", who=who)
    days: list[list[Node | None]] = [
        [texts.words.day(one.day), el("small", {}, texts.words.number(one.people))] for one in views
    ]
    return part(texts("seen"), rows(days, label), el("small", {}, label))


def _erasure(texts: Texts, who: str) -> Node:
    """The erasure request: it asks for confirmation and says when it is passed on."""
    ask = {"send": ["POST", "/erasure-request", {}], "at": 2}
    here = {"class": "here"}
    again = [
        texts.button("erase", {"at": 1}, at=place, **{"class": "wide here"}) for place in (0, 2)
    ]
    return el(
        "section",
        {"class": "erasure"},
        el("p", {"role": "status", "at": 1}, texts("sure", who=who)),
        el(
            "div",
            {"class": "row", "at": 1},
            texts.button("no", {"at": 0}, **here),
            texts.button("yes", ask, **{"class": "main"}),
        ),
        el("p", {"role": "status", "at": 2}, texts("erased")),
        *again,
    )


def _choices(texts: Texts, label: str, acts: Mapping[str, dict[str, object]], chosen: str) -> Node:
    """A labelled row of toggle buttons."""
    return el(
        "div",
        {"class": "row", "role": "group", "aria-label": texts(label)},
        *(
            texts.button(key, act, **{"aria-pressed": "true" if key == chosen else "false"})
            for key, act in acts.items()
        ),
    )


def _wrapped(texts: Texts, story: Story, period: PeriodKind, who: str) -> list[Node]:
    """A wrapped as a few cards, one at a time, each of which can be saved as a picture."""
    acts: dict[str, dict[str, object]] = {one: {"page": f"wrapped?period={one}"} for one in PERIODS}
    last = len(story.slides) - 1
    cards = [
        _card(texts, slide, place, last, f"{who} · {story.label}")
        for place, slide in enumerate(story.slides)
    ]
    empty = el("div", {"class": "card"}, el("p", {}, texts("empty")))
    return [
        el(
            "div",
            {"act": {"last": last}} if last > 0 else {},
            _choices(texts, "wrapped", acts, period),
            *(cards or [empty]),
        )
    ]


def _card(texts: Texts, slide: Slide, place: int, last: int, label: str) -> Node:
    number = texts.words.number
    card = {"class": "card here", "part": "card", "tabindex": "-1", "dir": "auto"}

    def arrow(key: str, to: int) -> Node:
        off = {} if 0 <= to <= last else {"disabled": ""}
        return texts.button(key, {"at": to}, **off)

    return el(
        "div",
        {"at": place},
        el(
            "div",
            card,
            el("small", {}, label),
            el("h3", {}, slide.title),
            el("b", {}, slide.figure) if slide.figure else None,
            el("p", {}, slide.text),
        ),
        el(
            "div",
            {"class": "row"},
            arrow("previous", place - 1),
            el("small", {}, texts("of", n=number(place + 1), max=number(last + 1))),
            arrow("forward", place + 1),
        ),
        texts.button("save", {"save": "pulse.png"}, **{"class": "main wide"}),
    )
