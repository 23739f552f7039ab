"""Best customers: the customers with the most value, live."""

from lantern_extras import weekend_share  # noqa: F401 – registers its metric kind
from pulse.customers import repository
from ui import kit
from ui.components.customer_rows import MOVER_COLUMNS, mover_row
from ui.formatters import money
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view


@view("Best customers", icon="savings", route="/best-customers", role="csm", order=210)
async def show(page: Page) -> None:
    title = kit.Title("Best customers", "The ten customers with the most value")
    with kit.panel("Most value", flush=True):
        table = kit.Table(MOVER_COLUMNS, heading=False, label="Most value")
    with kit.panel("Their value", "a year"):
        chart = kit.Chart({}, height=260, label="Value of the ten")

    async def refresh(_: Batch) -> None:
        found = await repository.listing(page.scope, sort="value", descending=True, limit=10)
        table.show([mover_row(row) for row in found.rows])
        chart.show(kit.charts.bars([(row.name, row.value or 0.0) for row in found.rows]))
        total = sum(row.value or 0.0 for row in found.rows)
        title.subtitle.set_text(f"Together {money(total, page.currency)} a year")

    await refresh([])
    page.live.on(["identity_update", "customer_changed"], refresh)
