"""The surfaces of a page: title, panels, columns, and the empty state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from nicegui import ui

from ui.kit.text import Text, box, link, text
from ui.texts import gettext


class Title:
    """The title of a page; the subtitle can change while the page is open."""

    def __init__(self, heading: str, subtitle: str = "") -> None:
        with box("pl-title") as self.root:
            with box("pl-title__text"):
                self.heading = text(gettext(heading), tag="h1")
                self.subtitle = text(gettext(subtitle), tag="p")
            self._actions = box("pl-row")

    def actions(self) -> ui.element:
        """Return the place for buttons at the right: `with title.actions(): …`."""
        return self._actions


class Panel:
    """A panel with a heading; `body` holds the content, `note` states the period or the unit."""

    def __init__(self, heading: str, note: str = "", *, flush: bool = False) -> None:
        heading, note = gettext(heading), gettext(note)
        with box("pl-panel", tag="section") as self.root:
            if heading:
                with box("pl-panel__head") as self.head:
                    self.heading = text(heading, tag="h2")
                    self.note: Text = text(note, "pl-panel__note")
                self.root.props["aria-label"] = heading
            self.body = box("pl-panel__body" + (" pl-panel__body--flush" if flush else ""))

    def bind_heading_from(self, state: Any, name: str) -> Self:
        """Bind the heading to this attribute of a bindable dataclass; the panel must have one."""
        self.heading.bind_text_from(state, name, backward=self._label)
        return self

    def _label(self, heading: str) -> str:
        self.root.props["aria-label"] = heading
        return heading


@contextmanager
def panel(
    heading: str = "", note: str = "", *, flush: bool = False, span: int = 12
) -> Iterator[Panel]:
    """Draw inside a panel; `flush` for tables and lists, `span` of 12 columns in `columns`."""
    made = Panel(heading, note, flush=flush)
    if span < 12:
        made.root.classes(f"pl-span-{span}")
    with made.body:
        yield made


def columns() -> ui.element:
    """A grid of twelve columns on wide screens, one column on narrow ones."""
    return box("pl-columns")


def empty(headline: str, advice: str = "", *, action: str = "", href: str = "") -> ui.element:
    """Draw the empty state: what is missing, and the next step."""
    with box("pl-empty") as made:
        text(gettext(headline), tag="strong")
        text(gettext(advice))
        if action:
            with box():
                link(gettext(action), href, "pl-btn")
    return made


def note(content: str, tone: str = "") -> Text:
    """Draw a note on a coloured background; tone: "", "good", "warn" or "bad"."""
    return text(gettext(content), "pl-note" + (f" pl-note--{tone}" if tone else ""), tag="p")


def skeleton(height: int = 160) -> ui.element:
    """Draw a placeholder for content that is loading."""
    return box("pl-skeleton").style(f"height:{height}px").props('aria-hidden="true"')
