"""The fields above the customer list, and chips for other conditions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from nicegui.binding import bindable_dataclass

from pulse.auth.staff import Person, people
from pulse.contexts.sharing import CONTEXT_TYPES
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing import facets
from pulse.scoring.bands import BANDS
from ui import kit
from ui.components.customer_filter import (
    LIFECYCLES,
    MOVEMENTS,
    chips,
    movement_of,
    with_movement,
    without,
    words_for,
)
from ui.formatters import label
from ui.kit.fields import Select, search_field
from ui.kit.text import box
from ui.runtime.page_context import Page
from ui.texts import gettext, marked

Filtered = Callable[[CustomerFilter], Awaitable[None]]
LIMITS: dict[str, tuple[str, str, tuple[float, ...]]] = marked(
    {
        "value_from": ("Value a year", "Any value", (100.0, 500.0, 1_000.0, 5_000.0, 10_000.0)),
        "silent_days": ("Last order", "Any last order", (30, 60, 90, 180)),
        "renewal_within_days": ("Renewal", "Any renewal", (30, 60, 90)),
    }
)
"""Limits that "More filters" offers, by field of the filter: name, no limit, the limits."""


@dataclass(frozen=True)
class Choices:
    """The options available in this business."""

    staff: list[Person]
    segments: list[str]
    tags: list[str]
    me: str

    @property
    def owners(self) -> dict[str, str]:
        """Return the owners as options of the filter."""
        others = {str(one.id): one.name for one in self.staff if str(one.id) != self.me}
        return {
            "": gettext("Any owner"),
            self.me: gettext("My book"),
            "nobody": gettext("Unassigned"),
            "anybody": gettext("Assigned"),
        } | others

    @property
    def people(self) -> dict[str, str]:
        """Return who can be made an owner."""
        return {str(one.id): one.name for one in self.staff if one.is_active}


async def choices_of(page: Page) -> Choices:
    """Read the options."""
    staff = await people(page.scope)
    groups = await facets.groups(page.scope)
    return Choices(staff, groups.segments, groups.tags, str(page.scope.actor.id))


@bindable_dataclass
class FilterState:
    """The current filter; fields and chips are bound to it."""

    chosen: CustomerFilter


class FilterBar:
    """Fields for common conditions; other conditions come from links and are shown as chips."""

    def __init__(self, chosen: CustomerFilter, choices: Choices, filtered: Filtered) -> None:
        self._state = FilterState(chosen)
        self._filtered = filtered
        with box("pl-tools"):
            search = search_field("Search name, e-mail, id", chosen.search, self._search)
            search.bind_value_from(self._state, "chosen", backward=lambda one: one.search)
            self._select(
                gettext("Band"), {"": gettext("Any band"), **{b: gettext(b) for b in BANDS}}, "band"
            )
            self._select(gettext("Lifecycle"), LIFECYCLES, "lifecycle")
            said = {"": gettext("Any status"), "any": gettext("Any declared status")}
            said["calls"] = gettext("says stuck or frustrated")
            said |= {one: gettext("says {one}").format(one=label(one)) for one in CONTEXT_TYPES}
            self._select(gettext("Customer status"), said, "context")
            moved = {key: words for key, (words, _) in MOVEMENTS.items()}
            movement = Select("Movement", moved, movement_of(chosen), self._move)
            movement.bind_value_from(self._state, "chosen", backward=movement_of)
            self._select(gettext("Owner"), choices.owners, "owner")
            segments = {"": gettext("Any segment"), **{name: name for name in choices.segments}}
            self._select(gettext("Segment"), segments, "segment")
            kit.Button("More filters", self._show_more, icon="tune", kind="quiet", small=True)
            self._chips()
        self._tags = choices.tags
        self._more = box("pl-tools")
        self._more.set_visibility(False)

    @property
    def chosen(self) -> CustomerFilter:
        """The current filter."""
        return self._state.chosen

    def set_filter(self, chosen: CustomerFilter) -> None:
        """Set all fields to another filter without calling back."""
        self._state.chosen = chosen

    def _show_more(self) -> None:
        """Show or hide the rarer conditions; drawn on the first click."""
        self._more.set_visibility(not self._more.visible)
        if not self._more.default_slot.children:
            with self._more:
                tags = {"": gettext("Any tag"), **{name: name for name in self._tags}}
                self._select(gettext("Tag"), tags, "tag")
                for name, (words, anything, limits) in LIMITS.items():
                    offered = {limit: words_for(name, limit) for limit in limits}
                    self._select(gettext(words), {"": gettext(anything), **offered}, name)

    def _select(self, words: str, choices: dict[Any, str], name: str) -> None:
        """Draw a field for one condition; a value that is not an option is shown as a chip."""

        def shown(chosen: CustomerFilter) -> Any:
            value = getattr(chosen, name)
            return value if value in choices else ""

        async def changed(value: Any) -> None:
            if (value or "") != shown(self.chosen):
                # no choice: as the filter says it, '' or None
                given = value or getattr(CustomerFilter(), name)
                await self._apply(msgspec.structs.replace(self.chosen, **{name: given}))

        field = Select(words, choices, shown(self.chosen), changed)
        field.bind_value_from(self._state, "chosen", backward=shown)

    async def _search(self, words: str) -> None:
        await self._apply(msgspec.structs.replace(self.chosen, search=words))

    async def _move(self, key: str | None) -> None:
        if (key or "") != movement_of(self.chosen):
            await self._apply(with_movement(self.chosen, key or ""))

    async def _apply(self, chosen: CustomerFilter) -> None:
        if chosen != self.chosen:
            self._state.chosen = chosen
            await self._filtered(chosen)

    def _chips(self) -> None:
        with box("pl-row"):
            narrowed = kit.Items(self._chip, key=lambda chip: chip[0], classes="pl-row")
            narrowed.bind_items_from(
                self._state, "chosen", backward=lambda chosen: tuple(chips(chosen))
            )
            clear = kit.Button("Clear", self._clear, kind="quiet", small=True)
            clear.bind_visibility_from(
                self._state, "chosen", backward=lambda chosen: chosen != CustomerFilter()
            )

    def _chip(self, chip: tuple[str, str]) -> None:
        name, words = chip

        async def take_away() -> None:
            await self._apply(without(self.chosen, name))

        kit.Button(words, take_away, icon="close", small=True)

    async def _clear(self) -> None:
        await self._apply(CustomerFilter())
