"""`pulse new-view NAME`: create a working view and its test, to be edited."""

import keyword
import re
from pathlib import Path
from typing import NamedTuple

from pulse.errors import Conflict, Invalid
from ui.runtime.registry import discover

NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")

VIEW = '''"""{title}: say in one line what this page is for."""

from collections.abc import Sequence

from ui.sdk import (
    MOVER_COLUMNS,
    Batch,
    CustomerFilter,
    Figure,
    Options,
    Page,
    ReadOrder,
    Row,
    bindable_dataclass,
    count_customers,
    kit,
    list_customers,
    mover_row,
    number,
    number_field,
    view,
)


@bindable_dataclass
class State:
    """What the page shows; elements are bound to it, `refresh` assigns it."""

    least: float | None = None
    figures: Sequence[Figure] = ()
    rows: Sequence[Row] = ()
    chart: Options | None = None


@view("{title}", icon="star_outline", route="/{route}", order=200)
async def show(page: Page) -> None:
    """A form, a figure, a table and a chart, all live."""
    state, reads = State(), ReadOrder()

    async def refresh(_: Batch) -> None:
        rich = CustomerFilter(value_from=state.least)
        read = reads.start(rich)
        found = await list_customers(page.scope, rich, sort="value", descending=True, limit=10)
        count = await count_customers(page.scope, rich)
        if not read.accept():  # another value was typed meanwhile
            return
        state.figures = (Figure("Customers", number(count)),)
        state.rows = tuple(mover_row(row) for row in found.rows)
        values = [(row.name, round(row.yearly_value or 0)) for row in found.rows]
        state.chart = kit.charts.bars(values, currency=page.currency)

    await refresh([])
    kit.Title("{title}")
    least = number_field("Least value a year", None, low=0).bind_value_to(state, "least")
    least.on_value_change(lambda: refresh([]))
    kit.Figures().bind_figures_from(state, "figures")
    kit.Table(MOVER_COLUMNS, label="Customers").bind_rows_from(state, "rows")
    kit.Chart(label="Value a year").bind_options_from(state, "chart")
    page.live.on(["identity_update", "customer_changed"], refresh)
'''

TEST = '''"""{title} stands in the side bar and shows the customers there are."""

from ui.pages.{name} import show
from ui.runtime.registry import discover


def test_it_stands_in_the_side_bar():
    assert "/{route}" in [view.route for view in discover() if not view.hidden]


async def test_it_shows_the_most_valuable_first(render, shop, make_customer):
    await make_customer(shop, "c1", name="Ada", value=40.0)
    await make_customer(shop, "c2", name="Ben", value=80.0)
    async with render(show, role="viewer") as page:
        assert [row["name"] for row in page.rows] == ["Ben", "Ada"]
        assert page.figures == {{"Customers": "2"}}
'''


class NewView(NamedTuple):
    """The files written, and where the view is in the dashboard."""

    view: Path
    test: Path
    title: str
    route: str


def _proposal(name: str) -> str:
    """Return a valid name close to the given one: `Big-Spenders` gives big_spenders."""
    meant = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return meant if NAME.fullmatch(meant) else "orders, big_spenders, …"


def new_view(name: str, root: Path) -> NewView:
    """Write `ui/pages/NAME.py` and `tests/ui/test_NAME.py` under `root`.

    Raises Invalid for a name that is no Python module name, and Conflict when its files or its
    route exist.
    """
    if not NAME.fullmatch(name):
        raise Invalid(f"A view is named like a Python module: {_proposal(name)}.")
    if keyword.iskeyword(name):
        raise Invalid(f"“{name}” is a word of Python itself: try {name}_page.")
    view_file = root / "ui" / "pages" / f"{name}.py"
    test_file = root / "tests" / "ui" / f"test_{name}.py"
    for path in (view_file, test_file):
        if path.exists():
            raise Conflict(f"{path} is there already.")
    taken = {view.route: view.title for view in discover(forgiving=True)}
    words = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "route": name.replace("_", "-"),
    }
    if (address := f"/{words['route']}") in taken:
        raise Conflict(f"{address} is the page {taken[address]} already.")
    for path, template in ((view_file, VIEW), (test_file, TEST)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.format(**words))
    return NewView(view_file, test_file, words["title"], address)
