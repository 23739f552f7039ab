"""The timeline of a customer: all events, newest first, more on demand."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nicegui import binding, ui

from pulse import clock
from pulse.cards.channels import channel_label
from pulse.cards.triggers import label_of
from pulse.customers.timeline import MOST, Entry, timeline
from pulse.scoring.lifecycle.cancelled_orders import CancelledOrders, read_cancelled_orders
from ui import kit
from ui.components.card_words import ending_words
from ui.formatters import (
    ago,
    capitalized,
    clock_time,
    label,
    money,
    number,
    outcome_words,
    plural,
    short_day,
    signed,
)
from ui.kit.badges import band_name
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

SHOWN = 25
ICONS = {
    "event": "shopping_bag",
    "context": "record_voice_over",
    "card": "chat_bubble_outline",
    "action": "send",
    "outcome": "flag",
    "end": "event_busy",
    "snooze": "snooze",
    "note": "edit_note",
    "milestone": "emoji_events",
    "score": "show_chart",
    "rescore": "tune",
}
STATES = marked(
    {
        "stuck": "Said they are stuck",
        "frustrated": "Said they are frustrated",
        "busy": "Said they are busy",
        "exploring": "Said they are exploring",
        "own_words": "Left a note",
    }
)
SCORES = ("score", "rescore")
TAKEN_BACK = marked("taken back")
TONES = {"context": "accent", "milestone": "strong", "action": "accent"}


class _Line(NamedTuple):
    """One line: an entry, and the number of entries it stands for."""

    entry: Entry
    times: int
    cancelled: bool = False


@binding.bindable_dataclass
class TimelineState:
    """State of the panel."""

    lines: Sequence[_Line] = ()
    more: bool = False


class Timeline:
    """The timeline; `read` reads it again, the button at its end loads more."""

    def __init__(self, page: Page, external_id: str, milestones: Callable[[str], str]) -> None:
        """Create it; `milestones`: titles by key."""
        self._page, self._external_id, self._milestones = page, external_id, milestones
        self._shown = SHOWN
        self._state = TimelineState()
        self._reads = ReadOrder()

    def draw(self) -> None:
        """Draw the known lines; the rest is read later."""
        lines = kit.Items(
            self._draw_entry,
            key=lambda line: (line.entry.kind, line.entry.title, line.entry.at, line.cancelled),
            nothing=_nothing,
            classes="pl-timeline",
            tag="ol",
        )
        lines.bind_items_from(self._state, "lines")
        with box("pl-pager"):
            more = kit.Button("Show more", self._read_on, small=True)
            more.bind_visibility_from(self._state, "more")

    async def read(self) -> None:
        """Read the newest entries and assign them to the state."""
        shown = self._shown
        read = self._reads.start(shown)
        scope = self._page.scope
        entries = await timeline(scope, self._external_id, limit=shown)
        cancelled = await read_cancelled_orders(scope, self._external_id)
        if read.accept():
            self._state.more = len(entries) >= shown and shown < MOST
            self._state.lines = tuple(_lines(entries, cancelled))

    async def _read_on(self) -> None:
        self._shown = min(MOST, self._shown + SHOWN)
        await self.read()

    def _headline(self, line: _Line) -> str:
        entry, times = line.entry, line.times
        if entry.kind == "milestone":
            return gettext("Milestone: {milestones}").format(
                milestones=self._milestones(entry.title)
            )
        words = _words(entry, times, self._page.currency)
        if line.cancelled:
            return gettext("{order}, cancelled").format(order=words)
        who = gettext(entry.who) if entry.kind == "context" else entry.who
        return f"{words} · {who}" if who else words

    def _draw_entry(self, line: _Line) -> None:
        entry = line.entry
        tone = _tone(entry)
        with box(f"pl-event pl-event--{tone}" if tone else "pl-event", tag="li"):
            ui.icon(ICONS.get(entry.kind, "circle")).props('aria-hidden="true"')
            with box():
                text(self._headline(line))
                if entry.kind not in SCORES and entry.text:
                    by_pulse = entry.kind in ("card", "end")
                    text(gettext(entry.text) if by_pulse else entry.text, tag="p")
            moment = text(ago(entry.at, clock.now()), tag="time")
            moment.props["title"] = clock_time(entry.at, self._page.zone)


def _nothing() -> None:
    kit.empty("Nothing yet", "Events, notes, cards and declared states appear here.")


def _lines(entries: Sequence[Entry], cancelled: CancelledOrders) -> list[_Line]:
    """Combine events of one kind on one day: forty order lines are one order day.

    Cancelled orders, which are not counted as orders, have a line of their own.
    """
    found: list[_Line] = []
    for entry in entries:
        gone = entry.kind == "event" and cancelled.has(entry.title, entry.at, entry.amount)
        last = found[-1] if found else None
        if last and entry.kind == "event" and last.cancelled == gone and _same(last.entry, entry):
            total = (last.entry.amount or 0.0) + (entry.amount or 0.0)
            at = last.entry.at
            found[-1] = _Line(Entry(at, "event", entry.title, "", "", total), last.times + 1, gone)
        else:
            found.append(_Line(entry, 1, gone))
    return found


def _same(one: Entry, other: Entry) -> bool:
    return (one.kind, one.title, one.at.date()) == (other.kind, other.title, other.at.date())


def _delivered(channel: str) -> str:
    if not channel:
        return gettext("Opener delivered")
    return gettext("Opener delivered by {channel}").format(channel=gettext(channel_label(channel)))


def _words(entry: Entry, times: int, currency: str) -> str:
    match entry.kind:
        case "event":
            return _event(entry, times, currency)
        case "score" | "rescore":
            return _score(entry)
        case "context":
            return gettext(STATES.get(entry.title, "")) or gettext("Said: {title}").format(
                title=label(entry.title)
            )
        case "note":
            return gettext("Note")
    return _of_card(entry) or capitalized(label(entry.title))


def _of_card(entry: Entry) -> str:
    match entry.kind:
        case "card":
            return gettext("Card opened: {label_of}").format(
                label_of=gettext(label_of(entry.title))
            )
        case "action":
            return _delivered(entry.title)
        case "outcome":
            return gettext("Outcome: {outcome}").format(outcome=outcome_words(entry.title))
        case "end":
            return ending_words(entry.title, entry.who, entry.amount)
        case "snooze":
            until = short_day(clock.read_moment(entry.title), clock.now())
            return gettext("Card snoozed until {day}").format(day=until)
    return ""


def _event(entry: Entry, times: int, currency: str) -> str:
    what = capitalized(label(entry.title))
    worth = f", {money(entry.amount, currency, short=False)}" if entry.amount else ""
    return (f"{what} ({plural(times, 'time')})" if times > 1 else what) + worth


def _score(entry: Entry) -> str:
    was, now = round(float(entry.text or 0.0)), round(entry.amount or 0.0)
    band = f", {band_name(entry.title)}" if entry.title else ""
    if entry.kind == "rescore":
        words = gettext("Identity strength {was} → {now} by another scorecard{band}")
        return words.format(was=number(was), now=number(now), band=band)
    return gettext("Identity strength {was} → {now} ({now2}){band}").format(
        was=number(was), now=number(now), now2=signed(now - was), band=band
    )


def _tone(entry: Entry) -> str:
    if entry.kind == "score":
        return "strong" if (entry.amount or 0.0) >= float(entry.text or 0.0) else "fragile"
    if entry.kind == "context" and entry.title in ("stuck", "frustrated"):
        return "fragile"
    return TONES.get(entry.kind, "")
