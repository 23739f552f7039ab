"""The widget's first page and its launcher: strength, reasons, what would strengthen it,
milestones.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from pulse.contexts.described.nodes import (
    Node,
    Texts,
    el,
    in_place,
    part,
    rounded,
    rows,
    style,
)
from pulse.contexts.disputes import ShownDispute
from pulse.contexts.widget_settings import WidgetSettings
from pulse.i18n.identity_phrases import Words
from pulse.milestones.rules import Next
from pulse.milestones.store import ShownMilestone
from pulse.scoring.history.trend import Point
from pulse.scoring.queries import Picture

HEART = "♥\ufe0e"
ARC = 75
"""The share of the circle that the arc spans, in percent; the gap is at the bottom."""
STANDINGS = ("strong", "steady", "fragile", "onboarding")
SHOWN_STEPS = 3
LEAST_POINTS = 0.5


class Top(msgspec.Struct, frozen=True, kw_only=True):
    """What changes with the score: the launcher's ring, mark and words, and the upper half."""

    ring: Node
    mark: str
    spoken: Node
    shown: str
    above: list[Node]


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Texts of the script itself in one language (`locale`, as browsers write it), and the style
    sheet.
    """

    locale: str
    words: dict[str, str]
    css: str


class View(Top, frozen=True, kw_only=True):
    """All that the widget shows: a `Frame`, a `Top` and the lower half."""

    locale: str
    words: dict[str, str]
    css: str
    below: list[Node]
    answer: Node


def frame(words: Words) -> Frame:
    """What can be shown without a customer, when a token is missing or refused."""
    return Frame(locale=words.tag, words=Texts(words).for_script(), css=style())


def describe_top(seen: Picture, settings: WidgetSettings) -> Top:
    """The launcher and the upper half of the first page."""
    texts = Texts(seen.words)
    score = _shown_score(seen)
    shown = "" if score is None else texts.words.number(score)
    is_number = settings.launcher == "number"
    spoken = _screen_reader_text(texts, score, _status_word(seen))
    return Top(
        ring=_arc("ring", score if is_number else 100),
        mark=shown if is_number else HEART,
        spoken=spoken if is_number else "",
        shown=shown,
        above=_upper_half(texts, seen, settings, spoken),
    )


def describe(
    seen: Picture,
    settings: WidgetSettings,
    history: Sequence[Point],
    disputes: Sequence[ShownDispute],
    reached: Sequence[ShownMilestone],
    following: Next | None,
) -> View:
    """The whole first page, and the texts of the script, in the customer's language."""
    texts = Texts(seen.words)
    hours = settings.answer_hours
    below = [
        _sparkline(texts, seen, history),
        _replies(texts, disputes),
        _milestones(texts, reached, following),
        el(
            "footer",
            {"class": "row"},
            texts.button("wrapped", {"page": "wrapped?period=quarter"}),
            texts.button("data", {"page": "data"}),
        ),
    ]
    return View(
        **msgspec.structs.asdict(frame(seen.words)),
        **msgspec.structs.asdict(describe_top(seen, settings)),
        below=in_place(below),
        answer=el("p", {}, texts("answer", d=texts.words.span(hours, "hour"))) if hours else "",
    )


def _shown_score(seen: Picture) -> int | None:
    strength = seen.identity.identity_strength
    return None if strength is None or seen.person["score_hidden"] else rounded(strength)


def _status_word(seen: Picture) -> str | None:
    """The word below the score: the band, or the state of a customer without one."""
    word = seen.identity.band or seen.identity.lifecycle
    return word if word in STANDINGS else None


def _screen_reader_text(texts: Texts, score: int | None, band: str | None) -> Node:
    """The score in words, for screen readers."""
    if score is None:
        return ""
    said = texts("of", n=texts.words.number(score), max=texts.words.number(100))
    return el("", {}, said, ", ", texts(band)) if band else said


def _upper_half(texts: Texts, seen: Picture, settings: WidgetSettings, spoken: Node) -> list[Node]:
    """Below steady the grade does not come first: first what is going well, and one next step."""
    score = _shown_score(seen)
    is_low = score is not None and seen.identity.band in (None, "fragile")
    scoring = [
        _gauge(texts, seen, settings, spoken) if score is not None else _why_no_score(texts, seen),
        _trend(texts, seen, is_low=is_low) if score is not None else None,
    ]
    why = [
        _reasons(texts, seen, settings) if score is not None else None,
        _strengthen(texts, seen, settings, is_low=is_low),
    ]
    both = [*why, *scoring] if is_low else [*scoring, *why]
    return in_place(both)


def _gauge(texts: Texts, seen: Picture, settings: WidgetSettings, spoken: Node) -> Node:
    score = _shown_score(seen)
    assert score is not None
    band = _status_word(seen)
    return el(
        "div",
        {
            "class": "gauge",
            "part": "gauge",
            "role": "meter",
            "aria-label": settings.bond or texts("title"),
            "aria-valuenow": str(score),
            "aria-valuetext": spoken,
        },
        _arc("arc", score),
        el("b", {}, texts.words.number(score)),
        el("span", {}, texts(band) if band else ""),
    )


def _why_no_score(texts: Texts, seen: Picture) -> Node | None:
    """Why there is no number to show."""
    if seen.person["score_hidden"]:
        return part(texts("hidden"), " ")
    return part(texts("newTitle"), el("p", {}, texts("newText")))


def _trend(texts: Texts, seen: Picture, *, is_low: bool) -> Node | None:
    """The change within a week; a new customer has none."""
    change = seen.identity.change
    if change is None or (is_low and rounded(change) <= 0):
        return None
    days = texts.words.span(seen.identity.change_days, "day")
    same = not rounded(change)
    said = texts("same", d=days) if same else texts("trend", n=texts.points(change), d=days)
    return el("p", {"class": "trend"}, said)


def _reasons(texts: Texts, seen: Picture, settings: WidgetSettings) -> Node | None:
    bond = settings.bond
    band = seen.identity.band or "fragile"
    title = texts("ownBecause", bond=bond) if bond else texts(f"{band}Because")
    reasons: list[list[Node | None]] = [[_fact(one.feature, one.text)] for one in seen.because]
    return part(title, rows(reasons))


def _strengthen(
    texts: Texts, seen: Picture, settings: WidgetSettings, *, is_low: bool
) -> Node | None:
    bond = settings.bond
    is_known = _shown_score(seen) is not None
    steps: list[list[Node | None]] = [
        [
            _fact(one.feature, one.text),
            el("b", {}, texts.points(one.points))
            if is_known and one.points >= LEAST_POINTS
            else None,
        ]
        for one in seen.strengthen[: 1 if is_low else SHOWN_STEPS]
    ]
    title = texts("ownStrengthen", bond=bond) if bond else texts("strengthen")
    return part(title, rows(steps))


def _fact(feature: str, text: str) -> Node:
    """A reason or a step as a link to its own page."""
    return el("button", {"class": "fact", "act": {"page": page_of(feature)}}, text)


def page_of(feature: str) -> str:
    """The path of one reason's page, as the widget requests it."""
    return f"reason?feature={quote(feature, safe='')}"


def _arc(name: str, score: int | None) -> Node:
    """The score as an arc; without a score only the track."""

    def circle(kind: str, length: float) -> Node:
        place = {"class": kind, "cx": 60, "cy": 60, "r": 54, "pathLength": 100}
        return el("circle", {**place, "stroke-dasharray": f"{length:g} 100"})

    return el(
        "svg",
        {"class": name, "viewBox": "0 0 120 120"},
        circle("track", ARC),
        circle("value", score * ARC / 100) if score else None,
    )


def _sparkline(texts: Texts, seen: Picture, history: Sequence[Point]) -> Node | None:
    """A line of past scores, scaled to its own range, when they may be shown."""
    score = _shown_score(seen)
    if score is None or len(history) < 2:
        return None
    scores = [one.identity_strength for one in history]
    low = min(scores) - 2
    height = max(scores) + 2 - low
    points = [
        (
            rounded(place * 318 / (len(scores) - 1)) + 4,
            rounded(48 - (value - low) * 44 / height),
        )
        for place, value in enumerate(scores)
    ]
    line = "M" + "L".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    label = texts(
        "history",
        a=texts.whole(scores[0]),
        b=texts.words.number(score),
        d=texts.words.day(history[0].date),
    )
    return el(
        "svg",
        {"class": "spark", "viewBox": "0 0 328 48", "role": "img", "aria-label": label},
        el("path", {"class": "area", "d": line + "V48H4"}),
        el("path", {"class": "value", "d": line}),
        el("circle", {"cx": x, "cy": y, "r": 4}),
    )


def _replies(texts: Texts, disputes: Sequence[ShownDispute]) -> Node | None:
    """The facts the customer disputed, and the answers."""
    items: list[list[Node | None]] = [
        [one.fact, el("p", {"dir": "auto"}, _small_text(one.answer or texts("checking")))]
        for one in disputes
    ]
    return part(texts("replies"), rows(items))


def _milestones(
    texts: Texts, reached: Sequence[ShownMilestone], following: Next | None
) -> Node | None:
    """One list: the next milestone, then the reached ones, newest first."""
    content: list[Node | None] = []
    if following:
        bar: dict[str, Any] = {"value": following.progress, "aria-label": following.title}
        content = [rows([[following.title, _small_text(following.remaining)]]), el("progress", bar)]
    done: list[list[Node | None]] = [
        [one.title, _small_text(texts.words.month_of(one.reached_on))] for one in reached
    ]
    return part(texts("milestones"), *content, rows(done, texts("reached")))


def _small_text(text: Node) -> Node:
    return el("small", {"dir": "auto"}, text)
