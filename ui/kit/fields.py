"""Form fields with our style and a name for screen readers; changes call a function."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from nicegui import binding, ui

from ui.kit.text import box, text
from ui.texts import gettext

Changed = Callable[[Any], Any]


def search_field(label: str, value: str, changed: Changed, *, width: int = 240) -> ui.input:
    """Draw a search field; `changed` is called when typing pauses."""
    label = gettext(label)
    field = ui.input(placeholder=label, value=value, on_change=lambda e: changed(e.value or ""))
    field.props(f'outlined dense clearable debounce=220 aria-label="{label}" type=search')
    field.classes("pl-field").style(f"width:{width}px")
    with field.add_slot("prepend"):
        ui.icon("search").props('aria-hidden="true"')
    return field


class Select(ui.select):
    """A choice of one. `value` and `choices` are bindable.

    Args:
        choices: labels by value, or the values where they are the labels.
        changed: called with the value a person chose, and with one bound to the field.
    """

    choices = binding.BindableProperty(on_change=lambda field, _: field._offer())

    def __init__(
        self,
        label: str,
        choices: Mapping[Any, str] | Sequence[str],
        value: Any,
        changed: Changed | None = None,
        *,
        width: int = 0,
    ) -> None:
        super().__init__(
            _words(choices),
            value=value if value in choices else None,
            on_change=(lambda e: changed(e.value)) if changed else None,
        )
        self.choices = choices
        self.props("outlined dense options-dense").classes("pl-field")
        self.props["aria-label"] = gettext(label)
        if width:
            self.style(f"width:{width}px")

    def bind_choices_from(self, state: Any, name: str) -> Self:
        """Offer the choices in this attribute of a bindable dataclass, now and when it changes."""
        binding.bind_from(self, "choices", state, name)
        return self

    def _offer(self) -> None:
        self.set_options(_words(self.choices))


def _words(choices: Mapping[Any, str] | Sequence[str]) -> dict[Any, str]:
    if isinstance(choices, Mapping):
        return {value: gettext(words) for value, words in choices.items()}
    return {one: one for one in choices}


def select_field(
    label: str,
    choices: Mapping[Any, str],
    value: Any,
    changed: Changed | None = None,
    *,
    width: int = 0,
) -> Select:
    """Draw a choice of one with its label above; choices: labels by value.

    changed: called with the value a person chose. In a row of tools or of a table, where no label
    fits above, use `Select`: its label is for screen readers only.
    """
    with labelled(label):
        return Select(label, choices, value, changed, width=width)


def text_field(
    label: str, value: str = "", *, placeholder: str = "", kind: str = "text"
) -> ui.input:
    """Draw a line of text with its label above."""
    with labelled(label):
        field = ui.input(value=value, placeholder=gettext(placeholder))
        field.props(f'outlined dense type={kind} aria-label="{gettext(label)}"').classes("pl-field")
    return field


def number_field(
    label: str,
    value: float | None,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float = 1,
) -> ui.number:
    """Draw a number with its label above."""
    with labelled(label):
        field = ui.number(value=value, min=low, max=high, step=step)
        field.props(f'outlined dense aria-label="{gettext(label)}"').classes("pl-field")
    return field


def text_area(
    label: str, value: str = "", *, placeholder: str = "", rows: int = 3, shown: bool = True
) -> ui.textarea:
    """Draw several lines of text; `shown` puts the label above."""
    with labelled(label if shown else ""):
        field = ui.textarea(value=value, placeholder=gettext(placeholder))
        field.props(f'outlined dense autogrow rows={rows} aria-label="{gettext(label)}"')
        field.classes("pl-field")
    return field


def labelled(label: str) -> ui.element:
    """Draw a place for one field under its label."""
    made = box("pl-labelled")
    if label:
        with made:
            text(gettext(label), "pl-labelled__label", tag="div")
    return made


def tick(label: str, value: bool, changed: Changed) -> ui.checkbox:
    """Draw a check box with its label beside it."""
    made = ui.checkbox(gettext(label), value=value, on_change=lambda e: changed(bool(e.value)))
    return made.props("dense").classes("pl-tickbox")
