"""`pulse new-view NAME`: a working view and its test, to change and not to write from nothing."""

import re
from pathlib import Path
from typing import NamedTuple

from pulse.errors import Conflict, Invalid
from ui.runtime.registry import discover

NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")

VIEW = '''"""{title}: say in one line what this page is for."""

from pulse.customers import repository
from ui import kit
from ui.formatters import number, plural
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.components.customer_rows import MOVER_COLUMNS, mover_row
from ui.runtime.registry import view


@view("{title}", icon="star_outline", route="/{route}", role="viewer", order=200)
async def show(page: Page) -> None:
    """A table, a chart and a live counter."""
    title = kit.Title("{title}", "The ten strongest customers")
    with kit.panel("Strongest", flush=True):
        table = kit.Table(MOVER_COLUMNS, heading=False, label="Strongest")
    with kit.panel("Their strength", "0–100"):
        chart = kit.Chart({{}}, height=260, label="Strength of the ten strongest")

    async def refresh(_: Batch) -> None:
        found = await repository.listing(
            page.scope, sort="identity_strength", descending=True, limit=10
        )
        table.show([mover_row(row) for row in found.rows])
        strengths = [(row.name, round(row.identity_strength or 0)) for row in found.rows]
        chart.show(kit.charts.bars(strengths))
        everybody = await repository.count_exactly(page.scope)
        title.subtitle.set_text(f"{{number(len(found.rows))}} of {{plural(everybody, 'customer')}}")

    await refresh([])
    page.live.on(["identity_update", "customer_changed"], refresh)
'''

TEST = '''"""{title} is registered; tests/browser/dashboard opens it with all the others."""

from ui.runtime.registry import discover


def test_it_stands_in_the_side_bar():
    assert "/{route}" in [view.route for view in discover() if not view.hidden]
'''


class NewView(NamedTuple):
    """What was written, and where the view stands in the dashboard."""

    view: Path
    test: Path
    title: str
    route: str


def _proposal(name: str) -> str:
    """What was probably meant: `Big-Spenders` is big_spenders."""
    meant = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return meant if NAME.fullmatch(meant) else "orders, big_spenders, …"


def new_view(name: str, root: Path) -> NewView:
    """Write `ui/pages/NAME.py` and `tests/ui/test_NAME.py` under `root`.

    Raises Invalid for a name that is no Python module, and Conflict when its files or its route
    are taken.
    """
    if not NAME.fullmatch(name):
        raise Invalid(f"A view is named like a Python module: {_proposal(name)}.")
    view_file = root / "ui" / "pages" / f"{name}.py"
    test_file = root / "tests" / "ui" / f"test_{name}.py"
    for path in (view_file, test_file):
        if path.exists():
            raise Conflict(f"{path} is there already.")
    taken = {view.route: view.title for view in discover(forgiving=True)}
    words = {"title": name.replace("_", " ").capitalize(), "route": name.replace("_", "-")}
    if (address := f"/{words['route']}") in taken:
        raise Conflict(f"{address} is the page {taken[address]} already.")
    for path, template in ((view_file, VIEW), (test_file, TEST)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.format(**words))
    return NewView(view_file, test_file, words["title"], address)
