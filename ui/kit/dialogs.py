"""Dialogs that ask for one thing and return the answer to the caller who awaits them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from ui.kit.buttons import Button, Kind
from ui.kit.fields import Select, labelled, select_field, text_area, text_field
from ui.kit.text import box, text
from ui.texts import gettext


@contextmanager
def dialog(heading: str, *, wide: bool = False) -> Iterator[ui.dialog]:
    """A dialog to fill; `submit(answer)` closes it, `await` returns the answer (or None)."""
    with ui.dialog() as made, box("pl-dialog" + (" pl-dialog--wide" if wide else "")) as sheet:
        sheet.props("role=dialog aria-modal=true")
        heading = gettext(heading)
        sheet.props["aria-label"] = heading  # unescaped, since names may contain any character
        text(heading, tag="h2")
        yield made


def foot(made: ui.dialog, label: str, answer: Callable[[], Any], kind: Kind = "primary") -> None:
    """Draw Cancel and the button that submits."""
    with box("pl-dialog__foot"):
        Button("Cancel", lambda: made.submit(None), kind="quiet")
        Button(label, lambda: made.submit(answer()), kind=kind)


async def ask(made: ui.dialog) -> Any:
    """Open the dialog, wait for the answer, and remove it."""
    try:
        return await made
    finally:
        made.clear()
        made.delete()


async def confirm(heading: str, words: str, label: str, kind: Kind = "primary") -> bool:
    """Ask a yes/no question."""
    with dialog(heading) as made:
        text(gettext(words), "pl-quiet", tag="p")
        foot(made, label, lambda: True, kind)
    return bool(await ask(made))


async def ask_text(
    heading: str, field: str, label: str, *, value: str = "", may_be_empty: bool = False
) -> str | None:
    """Ask for one line of text; None when cancelled, or empty where text is required."""
    with dialog(heading) as made:
        line = text_field(field, value).props("autofocus")
        line.on("keydown.enter", lambda: made.submit(line.value or ""))
        foot(made, label, lambda: line.value or "")
    answer = await ask(made)
    if answer is None:
        return None
    return str(answer).strip() or ("" if may_be_empty else None)


async def ask_sentence(heading: str, words: str, field: str, label: str) -> str | None:
    """Ask for a required text; the dialog stays open until there is one. None when cancelled."""
    with dialog(heading) as made:
        text(gettext(words), "pl-quiet", tag="p")
        said = text_area(field, rows=2).props("autofocus aria-required=true maxlength=500")

        def answer() -> None:
            if given := (said.value or "").strip():
                made.submit(given)
            else:
                said.error = gettext("Please write one sentence.")
                said.run_method("focus")

        said.on("keydown.ctrl.enter", answer)
        with box("pl-dialog__foot"):
            Button("Cancel", lambda: made.submit(None), kind="quiet")
            Button(label, answer, kind="primary")
    reason: str | None = await ask(made)
    return reason


async def ask_choice(
    heading: str, field: str, choices: Mapping[Any, str], label: str, *, value: Any = None
) -> Any:
    """Ask for one of several options; None when cancelled."""
    with dialog(heading) as made:
        chosen = select_field(field, choices, value if value in choices else next(iter(choices)))
        foot(made, label, lambda: chosen.value)
    return await ask(made)


async def ask_reason(
    heading: str,
    choices: Mapping[Any, str],
    label: str,
    *,
    field: str = "",
    reason: str = "Reason",
    kind: Kind = "primary",
) -> tuple[Any, str] | None:
    """Ask for an option and a reason as text, Ctrl-Enter submits; None when cancelled."""
    with dialog(heading) as made:
        with labelled(field):  # without one the heading is the label
            chosen = Select(field or heading, choices, next(iter(choices)))
        words = text_area(reason, rows=2).props("autofocus")

        def said() -> tuple[Any, str]:
            return chosen.value, (words.value or "").strip()

        words.on("keydown.ctrl.enter", lambda: made.submit(said()))
        foot(made, label, said, kind)
    answer: tuple[Any, str] | None = await ask(made)
    return answer
