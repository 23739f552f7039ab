"""Buttons, segmented choices and tabs as native HTML elements with our own style."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Self

from nicegui import binding, ui

from ui.kit.panel import skeleton
from ui.kit.text import Text, attribute, box, text
from ui.texts import gettext

Kind = Literal["plain", "primary", "quiet", "bad"]
Act = Callable[[], Awaitable[None] | None]


class Button(ui.element):
    """A native button that is busy while its handler runs, so it cannot run twice.

    A label ending in … opens a dialog; waiting for the answer is not shown as busy. `label` and
    `enabled` are bindable.
    """

    label = binding.BindableProperty(on_change=lambda button, words: button.set_label(words))
    enabled = binding.BindableProperty(on_change=lambda button, on: button.enable(on))

    def __init__(
        self,
        label: str,
        act: Act | None = None,
        *,
        icon: str = "",
        kind: Kind = "plain",
        small: bool = False,
        key: str = "",
        hint: str = "",
    ) -> None:
        label, hint = gettext(label), gettext(hint)
        self._act = act
        self._busy = False
        super().__init__("button")
        self.classes(_classes(kind, small, only_icon=not label))
        self.props["type"] = "button"
        with self:
            if icon:
                ui.icon(icon).props('aria-hidden="true"')
            self._words = text(label) if label else None
            if key:
                text(key, "pl-key pl-narrow-hide").props('aria-hidden="true"')
        if hint or not label:
            self.props["aria-label"] = hint or icon
            self.props["title"] = hint
        self.label = label
        self.enabled = True
        self.on("click", self.press, [])

    def set_label(self, label: str) -> None:
        """Change the label."""
        self.label = label
        if self._words:
            self._words.set_text(gettext(label))

    def bind_label_from(self, state: Any, name: str) -> Self:
        """Bind the label to this attribute of a bindable dataclass."""
        binding.bind_from(self, "label", state, name)
        return self

    def bind_enabled_from(
        self, state: Any, name: str, backward: Callable[[Any], bool] | None = None
    ) -> Self:
        """Enable while this attribute of a bindable dataclass is true."""
        binding.bind_from(self, "enabled", state, name, backward)
        return self

    def enable(self, on: bool = True) -> None:
        """Enable or disable."""
        self.enabled = on
        if on:
            self.props.pop("disabled", None)
        else:
            attribute(self, "disabled", True)

    async def press(self) -> None:
        """Run the handler, as a click or key press does."""
        if self._busy or self._act is None or "disabled" in self.props:
            return
        self._busy = True
        self._show_busy(True)
        try:
            with ui.context.client.content:  # the handler may remove the button from the page
                result = self._act()
                if result is not None:
                    await result
        finally:
            self._busy = False
            if not self.is_deleted:  # the handler may have removed it
                self._show_busy(False)

    def _show_busy(self, on: bool) -> None:
        if on and not str(self.label).endswith("…"):
            attribute(self, "aria-busy", "true")
        elif not on and "aria-busy" in self.props:
            self.props.pop("aria-busy")


class Segments(ui.element):
    """A choice between a few options, side by side; `choose` is called with the chosen key.

    `chosen` (a key) and `choices` (labels by key; the keys are fixed) are bindable.
    """

    chosen = binding.BindableProperty(on_change=lambda made, _: made._mark())
    choices = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(
        self,
        choices: Mapping[str, str],
        chosen: str,
        choose: Callable[[str], Any],
        *,
        label: str = "",
    ) -> None:
        super().__init__("div")
        self.classes("pl-segments").props("role=group")
        self._choose = choose
        self.choices, self.chosen = choices, chosen
        if label:
            self.props["aria-label"] = gettext(label)
        with self:
            self._buttons = {key: self._button(key, words) for key, words in choices.items()}
        self._mark()

    def bind_chosen_from(
        self, state: Any, name: str, backward: Callable[[Any], str] | None = None
    ) -> Self:
        """Bind the chosen key to this attribute of a bindable dataclass."""
        binding.bind_from(self, "chosen", state, name, backward)
        return self

    def bind_choices_from(self, state: Any, name: str) -> Self:
        """Bind the labels to this attribute of a bindable dataclass."""
        binding.bind_from(self, "choices", state, name)
        return self

    def _mark(self) -> None:
        for key, button in self._buttons.items():
            attribute(button, "aria-pressed", "true" if key == self.chosen else "false")

    def _write(self) -> None:
        for key, words in self.choices.items():
            self._buttons[key].set_text(gettext(words))

    def _button(self, key: str, words: str) -> Text:
        button = text(gettext(words), tag="button")
        button.props["type"] = "button"
        button.on("click", lambda: self._clicked(key), [])
        return button

    async def _clicked(self, key: str) -> None:
        self.chosen = key
        result = self._choose(key)
        if result is not None:
            await result


class Tabs:
    """Tabs of one page; each is drawn when it is opened for the first time."""

    def __init__(
        self,
        sheets: Sequence[tuple[str, str, Callable[[], Awaitable[None]]]],
        chosen: str = "",
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        """Create the tabs from (key, title, draw)."""
        self._draw = {key: draw for key, _, draw in sheets}
        self._on_change = on_change
        self._drawn: set[str] = set()
        with box("pl-tabs").props("role=tablist"):
            self._buttons = {key: self._button(key, title) for key, title, _ in sheets}
        self._bodies = {key: box("pl-stack pl-stack--wide") for key, _, _ in sheets}
        self.chosen = chosen if chosen in self._draw else sheets[0][0]
        for key, body in self._bodies.items():
            body.props(f'role=tabpanel aria-labelledby="{self._buttons[key].html_id}"')

    async def open(self, key: str = "") -> None:
        """Open a tab; call once after creation to show the first."""
        self.chosen = key or self.chosen
        for name, button in self._buttons.items():
            attribute(button, "aria-selected", "true" if name == self.chosen else "false")
            self._bodies[name].set_visibility(name == self.chosen)
        if self.chosen not in self._drawn:
            self._drawn.add(self.chosen)
            with self._bodies[self.chosen]:
                with box("pl-loading") as waiting:
                    skeleton()
                try:
                    await self._draw[self.chosen]()
                finally:
                    waiting.delete()

    def _button(self, key: str, title: str) -> ui.element:
        button = text(gettext(title), tag="button")
        button.props('type=button role=tab aria-selected="false"')
        button.on("click", lambda: self._clicked(key), [])
        return button

    async def _clicked(self, key: str) -> None:
        if self._on_change:
            self._on_change(key)
        await self.open(key)


def _classes(kind: Kind, small: bool, *, only_icon: bool) -> str:
    parts = ["pl-btn"]
    if kind != "plain":
        parts.append(f"pl-btn--{kind}")
    if small:
        parts.append("pl-btn--small")
    if only_icon:
        parts.append("pl-btn--icon")
    return " ".join(parts)
