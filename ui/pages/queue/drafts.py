"""Unsent text of cards, kept with the browser tab.

After opening another card or page the text is still there. It is stored with NiceGUI's client (the
tab) and not in the database.
"""

from typing import Any
from uuid import UUID

from nicegui import ui

from pulse.cards.queries import CardView

KEPT = "pl-drafts"
MOST = 100
"""Maximum number of drafts per tab; the oldest is dropped."""


class Drafts:
    """The drafts of this tab, by card."""

    def __init__(self) -> None:
        storage: dict[str, Any] = ui.context.client.storage
        self._kept: dict[UUID, tuple[str, int]] = storage.setdefault(KEPT, {})

    def keep(self, card: CardView, words: str) -> None:
        """Store this text for the card; "" deletes it."""
        earlier = self._kept.pop(card.id, None)
        if words:
            revision = earlier[1] if earlier and earlier[0] == words else card.revision
            self._kept[card.id] = (words, revision)
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]

    def of(self, card: CardView) -> tuple[str, bool]:
        """Return the stored text ("" for none), and whether the card has changed since."""
        words, revision = self._kept.get(card.id, ("", card.revision))
        return words, revision != card.revision
