"""A look through a customer's eyes: what the widget would say to whoever is chosen by their id."""

from pulse.contexts.portrait import widget_state
from ui import kit
from ui.kit.fields import text_field
from ui.kit.text import box
from ui.page import Page
from ui.pieces.preview import preview


class CustomerView:
    """A customer's id, and what their widget says now."""

    def __init__(self, page: Page) -> None:
        self._page = page
        with kit.panel("What a customer sees", "in the widget, now"), kit.stack():
            self._id = text_field("Customer's id, as in the token")
            kit.Button("Show", self._show)
            self._shown = box()

    async def _show(self) -> None:
        seen = await widget_state(self._page.scope, (self._id.value or "").strip())
        self._shown.clear()
        with self._shown:
            preview(seen)
