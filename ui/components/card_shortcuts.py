"""Actions on a card from a row of a list: called, and snooze."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.auth.roles import Permission
from pulse.cards import lifecycle
from pulse.cards.queue_queries import QueueCard
from ui import kit
from ui.kit.dialogs import ask_reason
from ui.runtime.page_context import Page
from ui.texts import gettext, marked, mid_sentence

SNOOZES = marked(
    {
        1: "Until tomorrow",
        3: "For 3 days",
        7: "For a week",
        14: "For two weeks",
        30: "For a month",
    }
)
COLUMN = kit.Column("acts", "Actions", "actions", narrow=False)


class CardShortcuts:
    """The buttons of a card's row. What they change arrives at the page as a live message."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.may = page.scope.may(Permission.work_cards)

    def cell(self, card: QueueCard) -> dict[str, Any]:
        """Return the values of the row's `actions` cell."""
        if not self.may:
            return {}
        named = card.name or card.external_id
        called = gettext("Called {name}").format(name=named)
        snooze = gettext("Snooze {name} …").format(name=named)
        return kit.cells.actions(
            {"called": (gettext("Called"), called), "snooze": (gettext("Snooze …"), snooze)}
        )

    async def act(self, key: str, card: QueueCard) -> bool:
        """Do what the button with this key says; return whether the card left the list."""
        return await {"called": self._called, "snooze": self._snooze}[key](card)

    async def _called(self, card: QueueCard) -> bool:
        scope = await self._page.acting()
        await lifecycle.action(
            scope, card.id, text=card.opener, channel="phone", revision=card.revision
        )
        return self._after(card.id, gettext("Marked as delivered."))

    async def _snooze(self, card: QueueCard) -> bool:
        with self._page.place:
            answer = await ask_snooze()
        if not answer:
            return False
        until = clock.now() + timedelta(days=int(answer[0]))
        scope = await self._page.acting()
        await lifecycle.snooze(
            scope, card.id, until=until, reason=answer[1], revision=card.revision
        )
        return self._after(card.id, snoozed_words(answer[0]))

    def _after(self, card_id: UUID, words: str) -> bool:
        async def take_back() -> None:
            await lifecycle.undo(await self._page.acting(), card_id)

        with self._page.place:
            kit.toast(words, undo=take_back)
        return True


def ask_snooze() -> Awaitable[tuple[Any, str] | None]:
    """Ask for how many days to snooze a card, and for a reason that may be empty."""
    return ask_reason("Snooze this card", SNOOZES, "Snooze", reason="Reason (may be empty)")


def snoozed_words(days: int) -> str:
    """Return what was done, as a sentence."""
    return gettext("Snoozed {period}.").format(period=mid_sentence(SNOOZES[days]))
