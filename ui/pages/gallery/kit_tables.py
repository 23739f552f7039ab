"""Samples for /kit: figures, tables and charts."""

from ui import kit
from ui.pages.gallery.kit_samples import Sample
from ui.runtime.page_context import Page

PEOPLE = [
    ("Maren Okafor", 38.2, -17.0, "fragile", "stuck", 4210.0),
    ("Idris Vale", 44.0, -14.2, "steady", None, 1980.0),
    ("Tove Lindqvist", 57.4, -12.1, "steady", "busy", 640.0),
    ("Ravi Menon", 72.9, 4.6, "strong", "exploring", 9020.0),
]
WEEKS = [58, 59.5, 60.2, 61, 62.3, 62.6, 61.9, 61.2, 60.1, 59.0, 57.4, 58.8, 60.2, 61.8]
DAYS = [f"2026-{1 + week // 4:02d}-{1 + week % 4 * 7:02d}" for week in range(len(WEEKS))]
COLUMNS = [
    kit.Column("name", "Customer", "person"),
    kit.Column("state", "Status", "state", narrow=False),
    kit.Column("band", "Band", "band"),
    kit.Column("value", "Value a year", "number", narrow=False),
    kit.Column("score", "Strength", "score"),
]
ROWS = [
    {
        "id": index,
        "band": band,
        **kit.cells.person(name, f"/customers/{index}", f"#{17850 + index}"),
        **kit.cells.state(state),
        **kit.cells.score(strength, change, 7),
        **kit.cells.amount(value, "GBP"),
    }
    for index, (name, strength, change, band, state, value) in enumerate(PEOPLE)
]


async def figures(page: Page) -> None:
    """A strip of figures; each links to its list."""
    kit.Figures(
        [
            kit.Figure("Average strength", "61.4", "▲ 0.8 in 7 days", "good", "/customers"),
            kit.Figure("Eroded, 7 days", "23", "▲ 6 on the week before", "bad", "/customers"),
            kit.Figure("Declared stuck", "4", "▲ 2 today", "bad"),
        ]
    )


async def table(page: Page) -> None:
    """Columns name the kind of cell; `kit.cells` makes the values."""
    made = kit.Table(
        [
            kit.Column("name", "Customer", "person"),
            kit.Column("state", "Status", "state", narrow=False),  # hidden on a phone
            kit.Column("band", "Band", "band"),
            kit.Column("value", "Value a year", "number", narrow=False),
            kit.Column("score", "Strength", "score"),
        ],
        label="One customer",
    )
    maren = {
        "id": 1,
        "band": "fragile",
        **kit.cells.person("Maren Okafor", "/customers/17850", "#17850"),
        **kit.cells.state("stuck"),
        **kit.cells.amount(4210.0, page.currency),
        **kit.cells.score(38.2, -17.0, 30),
    }
    made.shown = (maren,)  # other rows update in place, matched by "id"


async def listed(page: Page) -> None:
    """Without a heading, a table is a list."""
    kit.Table([COLUMNS[0], COLUMNS[2], COLUMNS[4]], ROWS, heading=False, label="A list")


async def paged(page: Page) -> None:
    """A table that requests its pages."""

    async def load(ask: kit.Ask) -> kit.Slice:
        rows = sorted(ROWS, key=lambda row: str(row["name"]), reverse=ask.descending)
        return kit.Slice(rows, None, len(rows))

    made = kit.PagedTable(COLUMNS, load, sort=("name", False), label="Customers")
    await made.start()


async def selecting(page: Page) -> None:
    """Selectable rows; the function gets all selected ones."""
    say = kit.text("Nothing is chosen.", "pl-quiet")

    def chosen(rows: list[kit.Row]) -> None:
        say.set_text(f"{len(rows)} chosen.")

    made = kit.Table(COLUMNS, ROWS, on_select=chosen, label="Customers to choose")
    kit.Button("Clear selection", made.clear_selection)


async def picking(page: Page) -> None:
    """A list with one open row, marked by `here`."""

    async def open_row(row_id: str) -> None:
        made.here = row_id

    made = kit.Picklist(open_row, label="Cards")
    scores = [kit.cells.score(38.2, -17.0, 30), kit.cells.score(44.0, -14.2, 30)]
    made.shown = (
        {"id": "a", "title": "Maren Okafor", "text": "Says they are stuck", **scores[0]},
        {"id": "b", "title": "Idris Vale", "text": "Fell 14 points", **scores[1]},
    )


async def trend(page: Page) -> None:
    """Dates and values with events."""
    markers = [kit.Marker(DAYS[5], "scorecard v2"), kit.Marker(DAYS[9], "card", "accent")]
    points = list(zip(DAYS, WEEKS, strict=True))
    kit.Chart(kit.charts.trend(points, markers), label="Strength over 14 weeks")


async def factors(page: Page) -> None:
    """From the base to one customer's score."""
    why = [
        ("Orders in 90 days", -11.2, "1 order"),
        ("Days since last order", -8.4, "61 days"),
        ("Months active", 3.1, "9 months"),
    ]
    kit.Chart(kit.factor_bars(61.4, why), height=210, label="Factors of one score")


async def distribution(page: Page) -> None:
    """Customers by strength, and the edges of the bands."""
    counts = [12, 40, 96, 180, 260, 330, 410, 470, 520, 560, 480, 400, 310, 160, 90, 54]
    kit.Chart(kit.charts.distribution(counts, (40, 70)), height=210, label="Distribution")


async def bars(page: Page) -> None:
    """Horizontal bars with labels."""
    sold = kit.charts.bars([("Gifts", 41.0), ("Lamps", 28.0), ("Cards", 9.0)])
    kit.Chart(sold, label="Sales", on_choose=lambda name, _: kit.toast(name))


async def stacked(page: Page) -> None:
    """Stacked bars."""
    parts = {"came": [12.0, 8.0], "left": [3.0, 5.0]}
    tones = {"came": "strong", "left": "fragile"}
    kit.Chart(kit.charts.stacked(["Regulars", "New"], parts, tones=tones), label="Movement")


async def lines(page: Page) -> None:
    """Several named lines."""
    ours = [(0, 10.0), (30, 14.0), (60, 21.0)]
    usual = [(0, 10.0), (30, 11.0), (60, 12.0)]
    options = kit.charts.lines(
        {"ours": ours, "usual": usual}, tones={"usual": "ink-3"}, x_name="days", dashed=["usual"]
    )
    kit.Chart(options, label="Two lines")


async def curves(page: Page) -> None:
    """Model quality; see also `columns` and `ranges` in `kit.model_charts`."""
    roc = [(0.0, 0.0), (0.1, 0.5), (0.3, 0.8), (0.6, 0.95), (1.0, 1.0)]
    options = kit.model_charts.curves(
        {"This scorecard": roc},
        x_name="stayers called unnecessarily",
        y_name="leavers found",
        dashed={kit.model_charts.CHANCE: kit.model_charts.DIAGONAL},
    )
    kit.Chart(options, label="ROC curve")


async def columns(page: Page) -> None:
    """Columns with a reference line."""
    tenths = [(str(place + 1), 2.8 - 0.3 * place) for place in range(10)]
    options = kit.model_charts.columns(
        tenths, x_name="tenth by strength", y_name="× the usual", line=1.0
    )
    kit.Chart(options, label="Lift")


async def ranges(page: Page) -> None:
    """A value with its range."""
    fifths = [(str(place + 1), 0.84 + place / 100, 0.82, 0.9) for place in range(5)]
    kit.Chart(kit.model_charts.ranges(fifths), label="ROC-AUC of each fold")


SAMPLES: list[tuple[str, int, Sample]] = [
    ("Figures", 12, figures),
    ("Table", 12, table),
    ("Table without a heading", 12, listed),
    ("PagedTable", 12, paged),
    ("Table to select from", 6, selecting),
    ("Picklist", 6, picking),
    ("charts.trend", 12, trend),
    ("factor_bars", 6, factors),
    ("charts.distribution", 6, distribution),
    ("charts.bars", 6, bars),
    ("charts.stacked", 6, stacked),
    ("charts.lines", 6, lines),
    ("model_charts.curves", 6, curves),
    ("model_charts.columns", 6, columns),
    ("model_charts.ranges", 6, ranges),
]
