"""The row of fields above the list of customers, and the chips of what else narrows it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from nicegui import ui

from pulse.auth.staff import Person, people
from pulse.contexts.sharing import CONTEXT_TYPES
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing import facets
from pulse.scoring.bands import BANDS
from ui.components.customer_filter import (
    LIFECYCLES,
    MOVEMENTS,
    chips,
    movement_of,
    with_movement,
    without,
)
from ui.formatters import label
from ui.kit.buttons import Button
from ui.kit.fields import search_field, select_field
from ui.kit.text import box
from ui.runtime.page_context import Page

Filtered = Callable[[CustomerFilter], Awaitable[None]]


@dataclass(frozen=True)
class Choices:
    """What there is to choose from in this business."""

    staff: list[Person]
    segments: list[str]
    tags: list[str]
    me: str

    @property
    def owners(self) -> dict[str, str]:
        """Owners as a filter offers them."""
        others = {str(one.id): one.name for one in self.staff if str(one.id) != self.me}
        return {
            "": "Any owner",
            self.me: "My book",
            "nobody": "Unassigned",
            "anybody": "Assigned",
        } | others

    @property
    def people(self) -> dict[str, str]:
        """Who can be made an owner."""
        return {str(one.id): one.name for one in self.staff if one.is_active}


async def choices_of(page: Page) -> Choices:
    """Read them."""
    staff = await people(page.scope)
    groups = await facets.groups(page.scope)
    return Choices(staff, groups.segments, groups.tags, str(page.scope.actor.id))


class FilterBar:
    """Fields for the common conditions; others come from links and show as chips."""

    def __init__(self, chosen: CustomerFilter, choices: Choices, filtered: Filtered) -> None:
        self.chosen = chosen
        self._filtered = filtered
        self._quiet = False
        with box("pl-tools"):
            self._search = search_field(
                "Search name, e-mail, id", chosen.search, self._setter("search")
            )
            self._band = self._select("Band", {"": "Any band", **{b: b for b in BANDS}}, "band")
            self._lifecycle = self._select("Lifecycle", LIFECYCLES, "lifecycle")
            said = {"": "Any status", "any": "Any declared status"}
            said["calls"] = "says stuck or frustrated"
            said |= {one: f"says {label(one)}" for one in CONTEXT_TYPES}
            self._context = self._select("Declared state", said, "context")
            self._movement = select_field(
                "Movement",
                {key: words for key, (words, _) in MOVEMENTS.items()},
                movement_of(chosen),
                self._moved,
            )
            self._owner = self._select("Owner", choices.owners, "owner")
            segments = {"": "Any segment", **{name: name for name in choices.segments}}
            self._segment = self._select("Segment", segments, "segment")
            self._chips = box("pl-row")
        self._draw_chips()

    def show(self, chosen: CustomerFilter) -> None:
        """Set all fields to another filter, without calling back."""
        self._quiet = True
        self.chosen = chosen
        self._search.value = chosen.search
        for field, name in self._fields():
            value = getattr(chosen, name)
            field.value = value if value in field.options else ""
        self._movement.value = movement_of(chosen)
        self._quiet = False
        self._draw_chips()

    def _fields(self) -> list[tuple[ui.select, str]]:
        return [
            (self._band, "band"),
            (self._lifecycle, "lifecycle"),
            (self._context, "context"),
            (self._owner, "owner"),
            (self._segment, "segment"),
        ]

    def _select(self, words: str, choices: dict[str, str], name: str) -> ui.select:
        return select_field(words, choices, getattr(self.chosen, name), self._setter(name))

    def _setter(self, name: str) -> Callable[[Any], Any]:
        async def changed(value: Any) -> None:
            await self._apply(msgspec.structs.replace(self.chosen, **{name: value or ""}))

        return changed

    async def _moved(self, key: str) -> None:
        await self._apply(with_movement(self.chosen, key or ""))

    async def _apply(self, chosen: CustomerFilter) -> None:
        if self._quiet or chosen == self.chosen:
            return
        self.chosen = chosen
        self._draw_chips()
        await self._filtered(chosen)

    def _draw_chips(self) -> None:
        self._chips.clear()
        with self._chips:
            for name, words in chips(self.chosen):
                Button(words, self._taking_away(name), icon="close", small=True)
            if self.chosen != CustomerFilter():
                Button("Clear", self._clear, kind="quiet", small=True)

    def _taking_away(self, name: str) -> Callable[[], Awaitable[None]]:
        async def take() -> None:
            await self._apply(without(self.chosen, name))

        return take

    async def _clear(self) -> None:
        self.show(CustomerFilter())
        await self._filtered(self.chosen)
