"""The real widget of a chosen customer, live."""

from collections.abc import Sequence
from uuid import UUID

from nicegui import binding

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing.listing_types import CustomerRow
from pulse.errors import NotFound
from pulse.scoring.named.assignment import card_names
from ui import kit
from ui.components.customer_rows import scorecard_names, with_scorecard
from ui.components.preview_frame import Frame, WidgetFrame, frame_of, not_shown
from ui.formatters import UNKNOWN
from ui.kit.fields import search_field
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext

OFFERED = 7


Offer = tuple[CustomerRow, bool]
"""A customer of the list, and whether it is the chosen one."""


@binding.bindable_dataclass
class WidgetPreviewState:
    """State of the panel; `frame`: whose widget is shown, or the id that was not found."""

    offers: Sequence[Offer] = ()
    heading: str = ""
    scored_by: str = ""
    frame: Frame | None = None
    missing: str = ""
    no_customer: bool = False


class CustomerView:
    """Search and list on one side, the widget on the other; the URL contains the choice."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._chosen = page.address.get("customer")
        self._words = ""
        self._names: dict[UUID, str] = {}
        self._state = WidgetPreviewState()
        self._offers, self._frames = ReadOrder(), ReadOrder()

    async def draw(self) -> None:
        """List the first customers and show the chosen one, else the first."""
        await self._read()
        state = self._state
        with kit.panel("What a customer sees", "the widget itself, live"), box("pl-look"):
            with kit.stack():
                search_field("Search customers", "", self._search, width=280)
                offers = kit.Items(
                    self._line,
                    key=lambda offer: offer[0].id,
                    nothing=self._nobody,
                    classes="pl-look__offers",
                )
                offers.bind_items_from(state, "offers")
            with box("pl-stack"):
                text("", "pl-strong-text", tag="p").bind_text_from(state, "heading")
                which = text("", "pl-small pl-quiet", tag="p").bind_text_from(state, "scored_by")
                which.bind_visibility_from(state, "scored_by", backward=bool)
                WidgetFrame().bind_frame_from(state, "frame")
                with kit.empty("Customer not found").bind_visibility_from(
                    state, "missing", backward=bool
                ):
                    text("").bind_text_from(state, "missing")
                kit.empty(
                    "No customer yet",
                    "Import customers, or open the widget as the first one.",
                    action="Import customers",
                    href="/imports",
                ).bind_visibility_from(state, "no_customer")

    async def _read(self) -> None:
        rows = await self._offer()
        if self._chosen:
            await self._show(self._chosen)
        elif rows:
            await self._choose(rows[0].external_id)
        self._state.no_customer = not (self._chosen or rows)

    async def _search(self, words: str) -> None:
        self._words = words.strip()
        await self._offer()

    async def _offer(self) -> list[CustomerRow]:
        words = self._words
        read = self._offers.start(words)
        found = await repository.listing(
            self._page.scope, CustomerFilter(search=words), descending=True, limit=OFFERED
        )
        names = await scorecard_names(self._page.scope, [row.id for row in found.rows])
        if read.accept():
            self._names = names
            self._mark(found.rows)
        return found.rows

    def _mark(self, rows: Sequence[CustomerRow]) -> None:
        self._state.offers = tuple((row, row.external_id == self._chosen) for row in rows)

    def _nobody(self) -> None:
        if self._words:
            text(
                gettext("No customer found. Search by the beginning of a name or an id."),
                "pl-quiet",
            )

    def _line(self, offer: Offer) -> None:
        row, chosen = offer
        with box("pl-look__offer", tag="button") as line:
            line.props["type"] = "button"
            line.props["aria-pressed"] = "true" if chosen else "false"
            text(row.name or row.external_id, "pl-grow pl-clip")
            strength = row.identity_strength
            said = UNKNOWN if strength is None else f"{strength:.0f}"
            text(with_scorecard(said, self._names.get(row.id, "")), "pl-quiet pl-num")

        async def choose() -> None:
            self._page.address.set(customer=row.external_id)
            await self._choose(row.external_id)

        line.on("click", choose, [])

    async def _choose(self, external_id: str) -> None:
        self._chosen = external_id
        self._mark([row for row, _ in self._state.offers])
        await self._show(external_id)

    async def _show(self, external_id: str) -> None:
        state, scope = self._state, self._page.scope
        read = self._frames.start(external_id)
        frame, heading, scored_by, missing = None, "", "", ""
        try:
            known = await repository.customer(scope, external_id)
            name = known["name"] or external_id
            frame = await frame_of(scope, external_id, name)
            heading = " · ".join(dict.fromkeys([name, external_id]))
            scored_by = not_shown((await card_names(scope, [known["id"]])).get(known["id"]))
        except NotFound:
            frame, heading = None, ""
            missing = gettext("No customer has the id {external_id}.").format(
                external_id=external_id
            )
        if read.accept():
            state.frame, state.heading = frame, heading
            state.scored_by, state.missing = scored_by, missing
