"""Try a draft on one customer: the score now and then, and the factors under the draft."""

from collections.abc import Callable

from nicegui import ui

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.scoring import versions
from pulse.scoring.history.score_history import full_picture
from pulse.scoring.scorecard import Scorecard
from ui import kit
from ui.components.factor_chart import Why
from ui.formatters import signed
from ui.kit.fields import text_field
from ui.kit.text import box, text
from ui.runtime.page_context import Page


class ScoreTest:
    """A field for a customer and what the draft makes of them."""

    def __init__(self, page: Page, card: Callable[[], Scorecard]) -> None:
        self._page, self._card = page, card
        self._field: ui.input | None = None

    async def draw(self) -> None:
        """The field and an empty place."""
        with kit.row():
            self._field = text_field("Customer", placeholder="Name, e-mail or id")
            self._field.on("keydown.enter", self._try, [])
            kit.Button("Try", self._try)
        self._place = box("pl-columns")
        with self._place:
            kit.empty("Try the draft on a customer", "Try the draft on somebody you know well.")

    async def _try(self) -> None:
        words = str(self._field.value or "") if self._field else ""
        found = await repository.listing(
            self._page.scope, CustomerFilter(search=words), sort="name", limit=1
        )
        self._place.clear()
        with self._place:
            if not found.rows:
                kit.empty("No customer found", "Search by the beginning of a name, e-mail or id.")
            else:
                await self._show(found.rows[0].external_id, found.rows[0].name)

    async def _show(self, external_id: str, name: str) -> None:
        now = await full_picture(self._page.scope, external_id)
        then = await versions.score_one(self._page.scope, self._card(), external_id)
        before = now.identity.identity_strength
        with kit.panel(f"{name or external_id} today", span=6):
            text(f"{before:.0f}" if before is not None else "–", "pl-figure__value")
            Why(now.identity.base, now.factors)
        with kit.panel("Under this draft", span=6):
            change = signed(then.strength - before, 1) if before is not None else "first score"
            text(f"{then.strength:.0f}  ({change})", "pl-figure__value")
            Why(then.base, then.factors)
