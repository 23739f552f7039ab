"""List of the scorecards in their order: add, change, move or remove one."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from nicegui import binding

from pulse.auth.roles import Permission
from pulse.customers import repository
from pulse.customers.conditions import in_words
from pulse.errors import Invalid
from pulse.scoring.named import service as named_scorecards
from pulse.scoring.named.store import OtherScorecard
from ui import kit
from ui.components.conditions_builder import Builder
from ui.formatters import plural
from ui.kit.dialogs import confirm
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

NEW = "all:since.within.180"
"""Initial condition of a new scorecard: customers of the last half year."""
ADD, CHANGE = marked("New scorecard"), marked("Change the scorecard")
KEEP = marked("Keep scorecard")


@binding.bindable_dataclass
class CardListState:
    """State of the tab: each scorecard with its place."""

    lines: Sequence[tuple[int, OtherScorecard]] = ()


class CardList:
    """The scorecards beside the default one.

    Args:
        choose: awaited with the scorecard to open (None: the default one).
        changed: awaited when one was added, changed, moved or removed.
    """

    def __init__(
        self,
        page: Page,
        choose: Callable[[UUID | None], Awaitable[None]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._page, self._choose, self._changed = page, choose, changed
        self._state = CardListState()
        self._reads = ReadOrder()

    @property
    def names(self) -> dict[str, str]:
        """Name by id, as text; empty where there is only the default one."""
        return {str(one.id): one.name for _, one in self._state.lines}

    async def read(self) -> None:
        """Read the scorecards and assign them to the state."""
        read = self._reads.start()
        found = await named_scorecards.scorecards(self._page.scope)
        if read.accept():
            self._state.lines = tuple(enumerate(found))

    async def draw(self) -> None:
        """The list, and a button to add one."""
        with kit.panel("Scorecards", "the first that fits scores a customer", flush=True):
            lines = kit.Items(self._line, key=lambda line: line[1].id)
            lines.bind_items_from(self._state, "lines")
            with box("pl-item pl-person"), box("pl-grow"):
                text(gettext("Default"), "pl-strong-text", tag="div")
                text(gettext("Everybody else"), "pl-small pl-quiet", tag="div")
        text(gettext(NOTES), "pl-quiet", tag="p")
        if self._may:
            kit.Button("Add a scorecard …", self._add, icon="add")

    def _line(self, line: tuple[int, OtherScorecard]) -> None:
        place, one = line
        with box("pl-item pl-person pl-item--acts"):
            with box("pl-grow"):
                text(one.name, "pl-strong-text", tag="div")
                text(_whom(one), "pl-small pl-quiet", tag="div")
            if one.version is None:
                kit.Badge(gettext("not published yet"), "warn")
            else:
                kit.Badge(f"v{one.version}", "good")
            kit.Button("Open", lambda: self._choose(one.id), kind="quiet", small=True)
            if self._may:
                if place:
                    kit.Button("Move up", lambda: self._move(one), kind="quiet", small=True)
                kit.Button("Change …", lambda: self._change(one), kind="quiet", small=True)
                kit.Button("Remove …", lambda: self._remove(one), kind="quiet", small=True)

    async def _builder(self) -> Builder:
        scope = self._page.scope
        made = Builder(lambda chosen: repository.count_exactly(scope, chosen), keep=KEEP)
        made.fields = await named_scorecards.askable_fields(scope)
        return made

    async def _add(self) -> None:
        builder = await self._builder()
        builder.heading = ADD
        builder.begin_with(NEW)
        with self._page.place:
            said = await builder.ask()
        if said is not None:
            name, chosen = said
            scope = await self._page.acting()
            named_id = await named_scorecards.add(scope, name, chosen.where)
            await self._changed()
            await self._choose(named_id)

    async def _change(self, one: OtherScorecard) -> None:
        builder = await self._builder()
        builder.heading, builder.name = CHANGE, one.name
        builder.begin_with(one.condition)
        with self._page.place:
            said = await builder.ask()
        if said is not None:
            name, chosen = said
            scope = await self._page.acting()
            await named_scorecards.change(scope, one.id, name, chosen.where)
            await self._changed()

    async def _move(self, one: OtherScorecard) -> None:
        await named_scorecards.move(await self._page.acting(), one.id, up=True)
        await self._changed()

    async def _remove(self, one: OtherScorecard) -> None:
        customers = await named_scorecards.customers_of(self._page.scope, one.id)
        with self._page.place:
            sure = await confirm(
                gettext("Remove the scorecard “{name}”?").format(name=one.name),
                gettext(
                    "It scores {customers}. They are scored by the next scorecard that fits, "
                    "which opens no cards."
                ).format(customers=plural(customers, "customer")),
                "Remove",
                "bad",
            )
        if sure:
            await named_scorecards.remove(await self._page.acting(), one.id)
            await self._changed()
            await self._choose(None)

    @property
    def _may(self) -> bool:
        return self._page.scope.may(Permission.edit_scorecard)


NOTES = marked(
    "Each scorecard has its own versions and learns from its own customers. A customer who moves "
    "to another one begins anew there: the first score opens no card and reaches no milestone."
)


def _whom(one: OtherScorecard) -> str:
    try:
        return gettext(in_words(one.condition))
    except Invalid as unreadable:
        return gettext(unreadable.message)
