"""Unsent text of cards, kept with the browser tab.

Another card, another page, and back: the words are still there. They are kept with the client (the
tab), never in the database: a draft is nobody else's business.
"""

from typing import Any
from uuid import UUID

from nicegui import ui

from pulse.cards.queries import CardView

KEPT = "pl-drafts"
MOST = 100
"""Drafts of one tab; the oldest is let go."""


class Drafts:
    """The drafts of this tab, by card."""

    def __init__(self) -> None:
        storage: dict[str, Any] = ui.context.client.storage
        self._kept: dict[UUID, tuple[str, int]] = storage.setdefault(KEPT, {})

    def keep(self, card: CardView, words: str) -> None:
        """Keep these words for the card; '' forgets them."""
        earlier = self._kept.pop(card.id, None)
        if words:
            revision = earlier[1] if earlier and earlier[0] == words else card.revision
            self._kept[card.id] = (words, revision)
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]

    def of(self, card: CardView) -> tuple[str, bool]:
        """The words kept for it ('' for none), and whether the card was changed since."""
        words, revision = self._kept.get(card.id, ("", card.revision))
        return words, revision != card.revision
