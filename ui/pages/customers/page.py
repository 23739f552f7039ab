"""The customer list: searched, filtered, sorted and paged on the server, updated live."""

import asyncio
from typing import cast

from nicegui import binding

from pulse import tasks
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing.facets import groups
from pulse.customers.repository import SortKey
from pulse.scoring.named.assignment import has_several
from ui import kit
from ui.components.book import chosen_owner
from ui.components.customer_filter import (
    from_address,
    sort_address,
    sort_of,
    to_address,
    unknown_sort,
)
from ui.components.customer_rows import AT_WISH, COLUMNS, SEVERAL_ONLY, customer_row
from ui.kit.table import Ask, Row, Slice
from ui.pages.customers import optional_columns
from ui.pages.customers.bulk_actions import BulkBar
from ui.pages.customers.column_choice import ColumnChoice
from ui.pages.customers.count_label import customers_words
from ui.pages.customers.filter_bar import FilterBar, choices_of
from ui.pages.customers.saved_views import SavedViews
from ui.runtime.figures_cache import LARGE, cached_figures, known
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.runtime.single_flight import AGE, shared
from ui.texts import gettext

KINDS = (
    *("identity_update", "context_shared", "context_withdrawn", "customer_changed"),
    "card_changed",  # a delivered card is a contact
)


COUNTED_AFTER = 1.0
"""Seconds a filter must be unchanged before an estimate is replaced by an exact count."""


async def everybody(scope: Scope, chosen: CustomerFilter | None = None) -> int:
    """Return how many customers match the filter, counted; cached where that takes long."""
    return await cached_figures(
        scope.business_id,
        ("customers", chosen or CustomerFilter()),
        lambda: repository.count_exactly(scope, chosen),
        # counting a part of very many customers takes as long as counting all
        lambda number: number if chosen in (None, CustomerFilter()) else LARGE + 1,
    )


async def _count(scope: Scope) -> int | None:
    return await everybody(scope, await _default_filter(scope))


async def _default_filter(scope: Scope) -> CustomerFilter:
    """Return the default filter: the person's book without lapsed and left customers."""
    return CustomerFilter(owner=await chosen_owner(scope), lifecycle="current")


async def _empty_columns(scope: Scope) -> list[str]:
    """Return columns without any value in this business; hidden unless chosen."""
    empty = [] if (await groups(scope)).segments else ["segment"]
    return [*empty, *[key for key in ("renewal_on", "value_at_risk") if not await _has(scope, key)]]


async def _default_sort(scope: Scope) -> str:
    """Return the default order: most value at risk first, where it is known, else most value."""
    return "-value_at_risk" if await _has(scope, "value_at_risk") else "-value"


async def _has(scope: Scope, key: SortKey) -> bool:
    """Return whether any customer has a value in this column; unknown ones are listed last."""
    first = await repository.listing(scope, sort=key, limit=1)
    return any(getattr(row, key) is not None for row in first.rows)


async def _columns(scope: Scope) -> list[kit.Column]:
    """All columns that this business can have."""
    several = await has_several(scope)
    return [column for column in COLUMNS if several or column.key not in SEVERAL_ONLY]


@binding.bindable_dataclass
class CustomersState:
    """State above the list."""

    subtitle: str = ""


@view("Customers", icon="group", route="/customers", order=30, count=_count)
async def show(page: Page) -> None:
    """Show the list; the URL determines its content."""
    listing = _List(page)
    await listing.draw()
    page.live.on(KINDS, listing.refresh)
    page.live.on(("study_progress",), listing.hear)


class _List:
    """The list with its filter; both are kept in the URL."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chosen = from_address(page.address.given())
        self.state = CustomersState()
        self._reads = ReadOrder()

    def _draw_permitted(self) -> None:
        """Draw what the role may do beside viewing."""
        if self.page.scope.may(Permission.edit_customers):
            kit.link(
                gettext("Possible duplicates"), "/duplicates", "pl-btn pl-btn--quiet pl-narrow-hide"
            )
        if self.page.scope.may(Permission.export_data):
            kit.Button("Export", self._download, icon="download")

    async def _set_order(self) -> str:
        """Put the default order into an address without a known one; returns a note about it."""
        page = self.page
        unknown = unknown_sort(page.address.given(), repository.SORTABLE)
        if unknown or not page.address.get("sort"):
            page.address.set(sort=await _default_sort(page.scope))
        words = gettext("The list cannot be sorted by “{sort}”: it is in its usual order.")
        return words.format(sort=unknown) if unknown else ""

    async def draw(self) -> None:
        page = self.page
        if not page.address.given():
            self.chosen = await _default_filter(page.scope)
            page.address.set(**to_address(self.chosen))
        unknown = await self._set_order()
        given = page.address.given()
        title = kit.Title("Customers")
        title.subtitle.bind_text_from(self.state, "subtitle")
        with title.actions():
            saved = SavedViews(page, self._open_view)
            self._columns = ColumnChoice(
                page,
                "customers",
                await _columns(page.scope),
                (*AT_WISH, *await _empty_columns(page.scope)),
                on_more=self._read_again,
            )
            self._draw_permitted()
        if unknown:
            kit.note(unknown)
        with kit.panel(flush=True):
            choices = await choices_of(page)
            self._bar = FilterBar(self.chosen, choices, self._filter)
            self._bulk = BulkBar(page, choices, lambda: self.chosen, self._after_bulk)
            self._table = kit.PagedTable(
                await self._columns.shown(),
                self._load,
                sort=sort_of(given, repository.SORTABLE),
                label="Customers",
                nothing="No customers",
                on_select=self._bulk.selected if self._bulk.allowed else None,
                on_sorted=lambda key, down: page.address.set(sort=sort_address(key, down)),
            )
        self._columns.draw(self._table.table)
        await saved.read()
        await self._bulk.start()
        await self._table.start()

    async def hear(self, batch: Batch) -> None:
        """Handle progress of creating cards."""
        await self._bulk.hear(batch)

    async def refresh(self, batch: Batch) -> None:
        """Reload the current page when a shown customer, or many, changed."""
        shown = {row["id"] for row in self._table.table.rows}
        if "last_touch" not in self._columns.chosen:
            batch = [one for one in batch if one.kind != "card_changed"]
        if any(m.customer_id is None or str(m.customer_id) in shown for m in batch):
            await self._table.refresh()

    async def _load(self, ask: Ask) -> Slice:
        chosen, is_live = self.chosen, AGE.get() is not None
        read = self._reads.start(chosen, ask)
        found, rows = await self._read(ask)
        if read.accept():
            self._size, self._partial = found.size, found.partial
            self._bulk.set_size(found.size)
            self._say_size()
            if not (found.size.exact or is_live):
                tasks.spawn(self._count_behind(chosen), name="exact count")
        return Slice(rows, found.next, found.size.number if found.size.exact else None)

    def _say_size(self) -> None:
        hint = (
            gettext(": the list is of some of them, type more to narrow it")
            if self._partial
            else ""
        )
        counted = known(self.page.business.id, ("customers", self.chosen))
        words = customers_words(self._size, counted, self.page.zone)
        self.state.subtitle = f"{words}{hint}"

    async def _count_behind(self, chosen: CustomerFilter) -> None:
        """Count exactly after an estimate once typing has stopped; cached for later visitors."""
        await asyncio.sleep(COUNTED_AFTER)
        if self.page.live.gone or chosen != self.chosen:
            return
        await everybody(self.page.scope, chosen)
        if not self.page.live.gone and chosen == self.chosen:
            with self.page.place:
                self._say_size()

    async def _read(self, ask: Ask) -> tuple[repository.Page, list[Row]]:
        """Read a page, the total and the rows' values.

        Live refreshes of tabs that show the same share one read.
        """
        scope, chosen, currency = self.page.scope, self.chosen, self.page.currency
        apart = self._columns.chosen & optional_columns.READ_APART

        async def read() -> tuple[repository.Page, list[Row]]:
            found = await repository.listing(
                scope,
                chosen,
                sort=cast(SortKey, ask.sort),
                descending=ask.descending,
                after=ask.cursor,
                limit=ask.limit,
            )
            rows = [customer_row(row, currency) for row in found.rows]
            await optional_columns.add(scope, rows, apart)
            return found, rows

        if AGE.get() is not None:  # a refresh; a click does not wait for others
            return await shared(("customers", scope.business_id, chosen, ask, apart), read)
        return await read()

    async def _filter(self, chosen: CustomerFilter) -> None:
        self.chosen = chosen
        self.page.address.set(**to_address(chosen))
        await self._table.start()

    async def _open_view(self, query: dict[str, str]) -> None:
        order = sort_of(query, repository.SORTABLE)  # views of earlier releases may have none
        self._bar.set_filter(from_address(query))
        self._table.table.mark_sort(*order)
        self.page.address.set(sort=sort_address(*order))
        await self._filter(from_address(query))

    async def _after_bulk(self) -> None:
        self._table.table.clear_selection()
        await self._read_again()

    async def _read_again(self) -> None:
        await self._table.refresh()

    async def _download(self) -> None:
        await self._bulk.offer_export()
