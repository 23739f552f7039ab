"""Best customers: the customers with the most value, live."""

from collections.abc import Sequence

from ui.sdk import (
    MOVER_COLUMNS,
    Batch,
    Options,
    Page,
    Row,
    bindable_dataclass,
    kit,
    list_customers,
    money,
    mover_row,
    view,
)


@bindable_dataclass
class State:
    subtitle: str = ""
    rows: Sequence[Row] = ()
    chart: Options | None = None


@view("Best customers", icon="savings", route="/best-customers", permission="work_cards", order=210)
async def show(page: Page) -> None:
    state = State()

    async def refresh(_: Batch) -> None:
        found = await list_customers(page.scope, sort="value", descending=True, limit=10)
        total = sum(row.yearly_value or 0.0 for row in found.rows)
        state.subtitle = f"Together {money(total, page.currency)} a year"
        state.rows = tuple(mover_row(row) for row in found.rows)
        values = [(row.name, row.yearly_value or 0.0) for row in found.rows]
        state.chart = kit.charts.bars(values, currency=page.currency)

    await refresh([])
    kit.Title("Best customers").subtitle.bind_text_from(state, "subtitle")
    with kit.panel("Most value", flush=True):
        kit.Table(MOVER_COLUMNS, heading=False, label="Most value").bind_rows_from(state, "rows")
    with kit.panel("Their value", "a year"):
        kit.Chart(height=260, label="Value of the ten").bind_options_from(state, "chart")
    page.live.on(["identity_update", "customer_changed"], refresh)
