"""Lists of items and of facts that are updated in place."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, Generic, Self, TypeVar

from nicegui import binding, ui

from ui.kit.text import Text, text
from ui.texts import gettext

Item = TypeVar("Item")


class Items(ui.element, Generic[Item]):
    """A list of which only changed items are redrawn.

    An item equal to the one shown keeps its elements, and with them focus, typed text and open
    menus. `items` is bindable: `kit.Items(draw, key=…).bind_items_from(state, "x")`.

    Args:
        draw: draws one item.
        key: identifies an item within the list.
        nothing: draws an empty list.
    """

    items = binding.BindableProperty(on_change=lambda made, _: made._draw_changed())

    def __init__(
        self,
        draw: Callable[[Item], Any],
        *,
        key: Callable[[Item], Hashable],
        nothing: Callable[[], Any] | None = None,
        classes: str = "",
        tag: str = "div",
    ) -> None:
        super().__init__(tag)
        if classes:
            self.classes(classes)
        self._draw, self._key, self._nothing = draw, key, nothing
        self._drawn: dict[Hashable, tuple[Item | None, list[ui.element]]] = {}
        self.items = None  # not known yet, so nothing is drawn

    def bind_items_from(
        self, state: Any, name: str, backward: Callable[[Any], Sequence[Item]] | None = None
    ) -> Self:
        """Bind to the items in this attribute of a bindable dataclass."""
        binding.bind_from(self, "items", state, name, backward)
        return self

    def _draw_changed(self) -> None:
        wanted = self._by_key()
        for key in [key for key in self._drawn if key not in wanted]:
            self._drop(key)
        for key, item in wanted.items():
            if key in self._drawn and self._drawn[key][0] == item:
                continue
            self._drop(key)
            self._add(key, item, partial(self._draw, item))
        if not wanted and self._nothing and self.items is not None:
            self._add(_EMPTY, None, self._nothing)
        self._sort([*wanted, *([_EMPTY] if _EMPTY in self._drawn else [])])

    def _by_key(self) -> dict[Hashable, Item]:
        """Return the items by key and by the number of earlier items with the same key."""
        above: Counter[Hashable] = Counter()
        found: dict[Hashable, Item] = {}
        for item in self.items or ():
            key = self._key(item)
            found[key, above[key]] = item
            above[key] += 1
        return found

    def _add(self, key: Hashable, item: Item | None, draw: Callable[[], Any]) -> None:
        before = len(self.default_slot.children)
        with self:
            draw()
        self._drawn[key] = (item, self.default_slot.children[before:])

    def _drop(self, key: Hashable) -> None:
        _, elements = self._drawn.pop(key, (None, []))
        for element in elements:
            element.delete()

    def _sort(self, keys: Sequence[Hashable]) -> None:
        ordered = [element for key in keys for element in self._drawn[key][1]]
        if ordered != self.default_slot.children:
            self.default_slot.children[:] = ordered
            self.update()


class _Empty:
    """The key of the content of an empty list."""


_EMPTY = _Empty()


class Facts(ui.element):
    """Names with values, updated in place; `facts`, pairs (name, value), is bindable."""

    facts = binding.BindableProperty(on_change=lambda made, facts: made._write(facts))

    def __init__(self, facts: Sequence[tuple[str, str]] = (), *, small: bool = False) -> None:
        super().__init__("dl")
        self.classes("pl-facts")
        self._size = "pl-small" if small else ""
        self._values: dict[str, Text] = {}
        self.facts = tuple(facts)
        self._write(facts)

    def bind_facts_from(self, state: Any, name: str) -> Self:
        """Bind to the pairs in this attribute of a bindable dataclass."""
        binding.bind_from(self, "facts", state, name)
        return self

    def _write(self, facts: Sequence[tuple[str, str]]) -> None:
        if [name for name, _ in facts] != list(self._values):
            self.clear()
            with self:
                self._values = {}
                for name, _ in facts:
                    text(gettext(name), self._size, tag="dt")
                    self._values[name] = text("", self._size, tag="dd")
        for name, value in facts:
            self._values[name].set_text(value)
