"""How far a long piece of work is: words, a bar, and nothing at all once it is over."""

from typing import Any, NamedTuple, Self

from nicegui import binding, ui

from ui.kit.text import attribute, box, text


class Step(NamedTuple):
    """What is being done, and how many of how many are through; total 0: not known."""

    words: str
    done: int = 0
    total: int = 0


class Progress(ui.element):
    """Hidden while `step` is None; an unknown total shows the words alone. `step` is bindable."""

    step = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(self, label: str, step: Step | None = None) -> None:
        super().__init__("div")
        self.classes("pl-progress")
        with self:
            self._words = text("", "pl-small", tag="p").props("role=status")
            with box("pl-bar pl-bar--progress") as self._bar:
                self._bar.props(
                    f'role=progressbar aria-label="{label}" aria-valuemin=0 aria-valuemax=100'
                )
                self._part = box()
        self.step = step
        self._write()

    def bind_step_from(self, state: Any, name: str) -> Self:
        """Show the step in this attribute of a bindable dataclass, now and when it changes."""
        binding.bind_from(self, "step", state, name)
        return self

    def _write(self) -> None:
        self.set_visibility(self.step is not None)
        if self.step is not None:
            words, done, total = self.step
            share = min(100.0, 100.0 * done / total) if total else 0.0
            self._words.set_text(words)
            self._part.style(f"width:{share:.1f}%")
            attribute(self._bar, "aria-valuenow", f"{share:.0f}")
