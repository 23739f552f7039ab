"""A look through a customer's eyes: the real widget, live, of whoever is chosen by searching."""

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing.listing_types import CustomerRow
from pulse.errors import NotFound
from ui import kit
from ui.components.preview_frame import as_customer
from ui.kit.fields import search_field
from ui.kit.text import box, text
from ui.runtime.page_context import Page

OFFERED = 7


class CustomerView:
    """Search on one side, the widget on the other; the address remembers who is chosen."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._chosen = page.address.get("customer")
        self._words = ""
        with kit.panel("What a customer sees", "the widget itself, live"), box("pl-look"):
            with kit.stack():
                search_field("Search customers", "", self._search, width=280)
                self._offers = box("pl-look__offers")
            self._shown = box("pl-stack")

    async def draw(self) -> None:
        """Offer the first customers and show the chosen one, or else the first."""
        rows = await self._offer()
        if self._chosen:
            await self._show(self._chosen)
        elif rows:
            await self._choose(rows[0])
        else:
            with self._shown:
                kit.empty(
                    "No customer yet",
                    "Import customers, or open the widget as the first one.",
                    action="Import customers",
                    href="/imports",
                )

    async def _search(self, words: str) -> None:
        self._words = words.strip()
        await self._offer()

    async def _offer(self) -> list[CustomerRow]:
        words = self._words
        found = await repository.listing(
            self._page.scope, CustomerFilter(search=words), descending=True, limit=OFFERED
        )
        if words == self._words:  # nobody has typed on meanwhile
            self._list(found.rows)
        return found.rows

    def _list(self, rows: list[CustomerRow]) -> None:
        self._offers.clear()
        with self._offers:
            if not rows and self._words:
                text("No customer found. Search by the beginning of a name or an id.", "pl-quiet")
            for row in rows:
                self._line(row)

    def _line(self, row: CustomerRow) -> None:
        with box("pl-look__offer", tag="button") as line:
            line.props["type"] = "button"
            line.props["aria-pressed"] = "true" if row.external_id == self._chosen else "false"
            text(row.name or row.external_id, "pl-grow pl-clip")
            strength = row.identity_strength
            text("–" if strength is None else f"{strength:.0f}", "pl-quiet pl-num")

        async def choose() -> None:
            self._page.address.set(customer=row.external_id)
            await self._choose(row)

        line.on("click", choose, [])

    async def _choose(self, row: CustomerRow) -> None:
        self._chosen = row.external_id
        await self._show(row.external_id)
        await self._offer()

    async def _show(self, external_id: str) -> None:
        self._shown.clear()
        with self._shown:
            try:
                known = await repository.customer(self._page.scope, external_id)
                name = known["name"] or external_id
                text(" · ".join(dict.fromkeys([name, external_id])), "pl-strong-text", tag="p")
                await as_customer(self._page, external_id, name)
            except NotFound:
                kit.empty("Customer not found", f"No customer has the id {external_id}.")
