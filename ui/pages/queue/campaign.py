"""First-time buyers below the queue: they get no card but can be exported for a campaign."""

import msgspec
from nicegui import binding

from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.segments.segment_overview import BUILT_IN, ONE_ORDER, counted
from ui import kit
from ui.components.customer_filter import link_to
from ui.formatters import capitalized, plural
from ui.kit.text import box
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext


@binding.bindable_dataclass
class CampaignState:
    """Texts and URLs of the links; a link without text is hidden."""

    buyers: str = ""
    buyers_href: str = ""
    unassigned: str = ""
    unassigned_href: str = ""


class Campaign:
    """Links to the quiet first-time buyers of a book, and to those without owner."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._state = CampaignState()
        self._reads = ReadOrder()

    def draw(self) -> None:
        """Draw the links; `read` counts the customers."""
        with box("pl-row"):
            for name in ("buyers", "unassigned"):
                link = kit.link("", "/customers", "pl-link pl-small")
                link.bind_text_from(self._state, name)
                link.bind_visibility_from(self._state, name, backward=bool)
                link.bind_href_from(self._state, f"{name}_href")

    async def read(self, owner: str) -> None:
        """Count those of this owner (a filter's `owner`; empty: all customers)."""
        state, read = self._state, self._reads.start(owner)
        count, href = await self._list(owner)
        unassigned, unassigned_href = await self._list("nobody") if owner else (0, "/customers")
        if not read.accept():
            return
        words = gettext("{buyers} quiet for 30 days: no call, a list to export for a campaign")
        state.buyers = capitalized(words.format(buyers=_buyers(count))) if count else ""
        words = gettext("{buyers} quiet for 30 days without an owner")
        unowned = capitalized(words.format(buyers=_buyers(unassigned)))
        state.unassigned = unowned if unassigned else ""
        state.buyers_href, state.unassigned_href = href, unassigned_href

    async def _list(self, owner: str) -> tuple[int, str]:
        """Return how many there are, and the URL of their list, highest value first."""
        chosen: CustomerFilter = counted(msgspec.structs.replace(BUILT_IN[ONE_ORDER], owner=owner))
        return await repository.count(self._scope, chosen), f"{link_to(chosen)}&sort=-value"


def _buyers(count: int) -> str:
    return plural(count, "first-time buyer", most=repository.COUNTED_UP_TO)
