"""How far a long piece of work is: words, a bar, and nothing at all once it is over."""

from nicegui import ui

from ui.kit.text import attribute, box, text


class Progress(ui.element):
    """Hidden until `show`; an unknown total shows the words alone."""

    def __init__(self, label: str) -> None:
        super().__init__("div")
        self.classes("pl-progress")
        with self:
            self._words = text("", "pl-small", tag="p").props("role=status")
            with box("pl-bar pl-bar--progress") as self._bar:
                self._bar.props(
                    f'role=progressbar aria-label="{label}" aria-valuemin=0 aria-valuemax=100'
                )
                self._part = box()
        self.hide()

    def show(self, words: str, done: int = 0, total: int = 0) -> None:
        """Say how far it is; in place."""
        share = min(100.0, 100.0 * done / total) if total else 0.0
        self._words.set_text(words)
        self._part.style(f"width:{share:.1f}%")
        attribute(self._bar, "aria-valuenow", f"{share:.0f}")
        self.set_visibility(True)

    def hide(self) -> None:
        """It is over."""
        self.set_visibility(False)
