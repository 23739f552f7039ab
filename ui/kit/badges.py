"""Badges with text and colour: band, declared state, and plain ones."""

from collections.abc import Callable
from typing import Any, Self

from nicegui import binding, ui

from ui.formatters import initial
from ui.kit.text import Text, box, text
from ui.texts import gettext, marked

BANDS = ("fragile", "steady", "strong")
BAND_WORDS = marked(
    {
        "fragile": "fragile",
        "steady": "steady",
        "strong": "strong",
        "lapsed": "lapsed",
        "left": "left",
    }
)
STATE_TONES = {"stuck": "bad", "frustrated": "bad", "busy": "warn", "exploring": "accent"}
STATE_WORDS = marked(
    {
        "stuck": "says stuck",
        "frustrated": "says frustrated",
        "busy": "says busy",
        "exploring": "is exploring",
        "own_words": "left a note",
    }
)


class Badge(Text):
    """A badge whose text and tone can change; an empty text hides it.

    `badge`, a pair (text, tone), is bindable. tone: a band, "good", "warn", "bad", "accent" or "".
    """

    badge = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(self, word: str = "", tone: str = "") -> None:
        super().__init__("", "span")
        self.classes("pl-badge")
        self._tone = ""
        self.badge = (word, tone)
        self._write()

    def _write(self) -> None:
        word, tone = self.badge
        self.set_text(word)
        self.set_visibility(bool(word))
        if tone != self._tone:
            self.classes(remove=f"pl-badge--{self._tone}" if self._tone else "")
            self.classes(add=f"pl-badge--{tone}" if tone else "")
            self._tone = tone

    def bind_badge_from(
        self,
        state: Any,
        name: str,
        backward: Callable[[Any], tuple[str, str]] | None = None,
    ) -> Self:
        """Bind to the (text, tone) in this attribute of a bindable dataclass."""
        binding.bind_from(self, "badge", state, name, backward)
        return self


def band(name: str | None) -> Badge:
    """Draw the band of a customer; nothing without a score."""
    return Badge(band_name(name), name or "")


def band_name(name: str | None) -> str:
    """Return a band's label; "" without a band."""
    return gettext(BAND_WORDS.get(name or "", name or ""))


def state(context_type: str | None) -> Badge:
    """Draw the state a customer declares; nothing without one."""
    return Badge(*state_words(context_type))


def state_words(context_type: str | None) -> tuple[str, str]:
    """Return (text, tone) of a declared state; ("", "") without one."""
    if not context_type:
        return "", ""
    word = STATE_WORDS.get(context_type, context_type.replace("_", " "))
    return gettext(word), STATE_TONES.get(context_type, "")


def avatar(name: str) -> ui.element:
    """Draw the initial of a name; decorative, hidden from screen readers."""
    made = box("pl-avatar", tag="span").props('aria-hidden="true"')
    with made:
        text(initial(name))
    return made


def key(letter: str) -> Text:
    """Draw a key of the keyboard as a hint."""
    return text(letter, tag="kbd")
