"""Lists keep the elements of unchanged items."""

import pytest
from nicegui import Client, binding, ui

from ui import kit


@binding.bindable_dataclass
class State:
    items: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = (("Owner", "Ann"),)


def _drawn(made: kit.Items) -> dict[str, int]:
    return {child.text: child.id for child in made.default_slot.children}


def _items(state: State) -> kit.Items:
    draw = lambda one: kit.text(" ".join(one))  # noqa: E731
    made = kit.Items(draw, key=lambda one: one[0], nothing=lambda: kit.text("nothing"))
    return made.bind_items_from(state, "items")


@pytest.fixture
def client():
    with Client(ui.page(""), request=None) as made:
        yield made
        made.delete()


def test_equal_items_keep_their_elements_while_others_change(client):
    state = State(items=(("a", "1"), ("b", "1"), ("c", "1")))
    made = _items(state)
    before = _drawn(made)
    state.items = (("d", "1"), ("c", "1"), ("b", "2"))
    after = _drawn(made)
    assert list(after) == ["d 1", "c 1", "b 2"]
    assert after["c 1"] == before["c 1"]
    assert before["a 1"] not in client.elements
    assert before["b 1"] not in client.elements


def test_an_empty_list_shows_its_text_once_loaded(client):
    state = State()
    made = _items(state)
    assert list(_drawn(made)) == ["nothing"]
    state.items = (("a", "1"),)
    assert list(_drawn(made)) == ["a 1"]
    state.items = ()
    assert list(_drawn(made)) == ["nothing"]


def test_facts_change_in_place(client):
    state = State()
    made = kit.Facts().bind_facts_from(state, "facts")
    ids = [child.id for child in made.default_slot.children]
    state.facts = (("Owner", "Ben"),)
    assert [child.text for child in made.default_slot.children] == ["Owner", "Ben"]
    assert [child.id for child in made.default_slot.children] == ids
