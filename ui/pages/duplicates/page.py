"""Possible duplicates: customers who may be the same person; merge with one click, or undo."""

from collections.abc import Sequence

from nicegui import binding

from pulse.auth.roles import Permission
from pulse.customers.merging.duplicates import Alike, Duplicates, possible_duplicates
from pulse.customers.merging.merge import UNDO_DAYS, merge
from pulse.imports import jobs
from pulse.scoring.named.assignment import card_names_of
from ui import kit
from ui.components.customer_rows import address_of, scorecard_name, with_scorecard
from ui.formatters import capitalized, number, plural
from ui.kit.dialogs import confirm
from ui.kit.text import box, link, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.texts import gettext


@binding.bindable_dataclass
class DuplicatesState:
    """State of the page; elements are bound to it."""

    groups: Sequence[Duplicates] = ()


@view(
    "Possible duplicates",
    icon="merge",
    route="/duplicates",
    permission=Permission.edit_customers,
    hidden=True,
)
async def show(page: Page) -> None:
    """Show groups of customers with equal e-mail or phone number, or almost equal ids."""
    title = kit.Title("Possible duplicates", "Customers who may be the same person")
    with title.actions():
        kit.link(gettext("All customers"), "/customers", "pl-btn pl-btn--quiet pl-narrow-hide")
    groups = _Groups(page)
    await groups.read()
    with kit.panel(flush=True):
        made = kit.Items(groups.draw, key=_key, nothing=_nothing)
        made.bind_items_from(groups.state, "groups")


class _Groups:
    def __init__(self, page: Page) -> None:
        self._page = page
        self.state = DuplicatesState()
        self._reads = ReadOrder()
        self._names: dict[str, str] = {}

    async def read(self) -> None:
        """Read the groups and assign them to the state."""
        read = self._reads.start()
        groups = await possible_duplicates(self._page.scope)
        ids = [one.customer_id for group in groups for one in group.customers]
        names = await card_names_of(self._page.scope, ids)
        if read.accept():
            self._names, self.state.groups = names, tuple(groups)

    def draw(self, group: Duplicates) -> None:
        """Draw one group, with a button beside each of its customers."""
        with box("pl-item"), box("pl-grow pl-stack"):
            text(capitalized(gettext(group.reason)), "pl-small pl-quiet", tag="p")
            for one in group.customers:
                self._line(group, one)

    def _line(self, group: Duplicates, one: Alike) -> None:
        with box("pl-row pl-duplicate"):
            with box("pl-grow"):
                link(one.name or one.customer_id, address_of(one.customer_id))
                strength = gettext("strength {identity_strength}").format(
                    identity_strength=number(one.identity_strength)
                )
                name = scorecard_name(self._names.get(one.customer_id, ""))
                known = "" if one.identity_strength is None else with_scorecard(strength, name)
                words = " · ".join(filter(None, [one.customer_id, one.email, known]))
                text(words, "pl-small pl-quiet", tag="p")
            kit.Button("Keep this one …", lambda: self._merge_into(group, one), small=True)

    async def _merge_into(self, group: Duplicates, one: Alike) -> None:
        others = [each for each in group.customers if each != one]
        with self._page.place:
            sure = await confirm(
                gettext("Merge into {customer_id}?").format(customer_id=one.customer_id),
                gettext(
                    "{join}: everything of theirs moves to {customer_id}. You can undo it "
                    "for {undo_days} days on the customer's page."
                ).format(
                    join=", ".join(each.customer_id for each in others),
                    customer_id=one.customer_id,
                    undo_days=UNDO_DAYS,
                ),
                "Merge",
            )
        if not sure:
            return
        scope = await self._page.acting()
        for other in others:
            done = await merge(scope, one.customer_id, other.customer_id)
            jobs.schedule_rescore(scope, done.customers)
        with self._page.place:
            kit.toast(
                gettext("{customers} merged into {customer_id}.").format(
                    customers=plural(len(others), "customer"), customer_id=one.customer_id
                )
            )
        await self.read()


def _key(group: Duplicates) -> tuple[str, ...]:
    return (group.reason, *(one.customer_id for one in group.customers))


def _nothing() -> None:
    words = gettext("No two customers share an e-mail address, a phone number or an id.")
    kit.empty("No possible duplicates", words)
