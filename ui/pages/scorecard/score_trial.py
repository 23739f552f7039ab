"""Test a draft on one customer: both scores, and the factors under the draft."""

from collections.abc import Callable

from nicegui import binding

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import CustomerRow
from pulse.scoring import versions
from pulse.scoring.history.score_history import full_picture
from pulse.scoring.scorecard import Scorecard
from ui import kit
from ui.components.customer_rows import scored_by
from ui.components.factor_chart import Explained, FactorChart
from ui.formatters import UNKNOWN, signed
from ui.kit.fields import text_field
from ui.kit.text import text
from ui.runtime.page_context import Page
from ui.runtime.read_order import OrderedRead, ReadOrder
from ui.texts import gettext, marked, reader_language


@binding.bindable_dataclass
class TrialState:
    """The last tested customer: current score and score under the draft."""

    nobody: str = marked("Try the draft on somebody you know well.")
    heading: str = "Today"
    now: str = ""
    scored_by: str = ""
    why_now: Explained = (None, ())
    then: str = ""
    why_then: Explained = (None, ())


class ScoreTrial:
    """A field for a customer, and the draft's result for them."""

    def __init__(self, page: Page, card: Callable[[], Scorecard]) -> None:
        self._page, self._card = page, card
        self._state = TrialState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Draw the field and both scores, hidden until a customer is found."""
        state = self._state
        with kit.row():
            field = text_field("Customer", placeholder="Name, e-mail or id")
            field.on("keydown.enter", lambda: self._try(field.value or ""), [])
            kit.Button("Try", lambda: self._try(field.value or ""))
        with kit.empty("Try the draft on a customer").bind_visibility_from(
            state, "nobody", backward=bool
        ):
            text("").bind_text_from(state, "nobody", backward=gettext)
        with kit.columns().bind_visibility_from(state, "nobody", backward=lambda words: not words):
            with kit.panel("Today", span=6) as today:
                today.bind_heading_from(state, "heading")
                text("", "pl-figure__value").bind_text_from(state, "now")
                which = text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "scored_by")
                which.bind_visibility_from(state, "scored_by", backward=bool)
                FactorChart().bind_explained_from(state, "why_now")
            with kit.panel("Under this draft", span=6):
                text("", "pl-figure__value").bind_text_from(state, "then")
                FactorChart().bind_explained_from(state, "why_then")

    async def _try(self, words: str) -> None:
        draft = self._card()
        read = self._reads.start(words, draft)
        found = await repository.listing(
            self._page.scope, CustomerFilter(search=words), sort="name", limit=1
        )
        if found.rows:
            await self._show(found.rows[0], draft, read)
        elif read.accept():
            self._state.nobody = gettext(
                "No customer found. Search by the beginning of a name, e-mail or id."
            )

    async def _show(self, found: CustomerRow, draft: Scorecard, read: OrderedRead) -> None:
        external_id, name = found.external_id, found.name
        now = await full_picture(self._page.scope, external_id, reader_language())
        then = await versions.score_one(self._page.scope, draft, external_id)
        if not read.accept():
            return
        before = now.identity.identity_strength
        change = signed(then.strength - before, 1) if before is not None else gettext("first score")
        state = self._state
        state.heading = gettext("{name} today").format(name=name or external_id)
        state.scored_by = scored_by(now.identity.scorecard)
        state.now = f"{before:.0f}" if before is not None else UNKNOWN
        state.why_now = (now.identity.base, now.factors)
        state.then = f"{then.strength:.0f}  ({change})"
        state.why_then = (then.base, then.factors)
        state.nobody = ""
