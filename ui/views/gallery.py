"""/kit: every piece of the kit on one page, with made-up figures, to look at and to copy from."""

from collections.abc import Awaitable

from ui import kit
from ui.page import Page
from ui.registry import view

PEOPLE = [
    ("Maren Okafor", 38.2, -17.0, "fragile", "stuck", "Orders 6 → 1 in 90 days", 4210.0),
    ("Idris Vale", 44.0, -14.2, "steady", None, "No order for 61 days, was every 12", 1980.0),
    ("Tove Lindqvist", 57.4, -12.1, "steady", "busy", "Two cancellations", 640.0),
    ("Ravi Menon", 72.9, 4.6, "strong", "exploring", "Four active months in a row", 9020.0),
]
TREND = [
    58,
    59.5,
    60.2,
    61,
    62,
    62.3,
    62.1,
    62.6,
    61.9,
    61.7,
    61.8,
    61.2,
    60.4,
    60.1,
    59.6,
    59.0,
    58.4,
    58.2,
    57.9,
    57.4,
    58.3,
    58.8,
    59.1,
    60.2,
    61.0,
    61.8,
]


@view("Kit", icon="widgets", route="/kit", order=900, hidden=True, demo_only=True)
async def gallery(page: Page) -> None:
    """Every piece once."""
    title = kit.Title("Kit", "The pieces of the dashboard, with made-up figures")
    with title.actions():
        kit.Button("Say something", lambda: kit.toast("Done.", undo=_undone), icon="campaign")
        kit.Button("Primary", lambda: kit.toast("Pressed."), kind="primary", key="p")
    _figures()
    with kit.columns():
        _people(page)
        _charts()
        _model_charts()
        _small_pieces()


def _undone() -> Awaitable[None] | None:
    kit.toast("Taken back.")
    return None


def _figures() -> None:
    kit.Figures(
        [
            kit.Figure("Average strength", "61.4", "▲ 0.8 in 7 days", "good", "/customers"),
            kit.Figure("Eroded, 7 days", "23", "▲ 6 on the week before", "bad", "/customers"),
            kit.Figure("Declared stuck", "4", "▲ 2 today", "bad"),
            kit.Figure("Value at risk", "£41.2k", "▼ £3.1k in 7 days", "good"),
            kit.Figure("Response rate", "38 %", "▲ 4 pts in 30 days", "good"),
        ]
    )


def _people(page: Page) -> None:
    columns = [
        kit.Column("name", "Customer", "person"),
        kit.Column("why", "Main reason", "quiet", narrow=False),
        kit.Column("state", "Says", "state", narrow=False),
        kit.Column("band", "Band", "band"),
        kit.Column("value", "Value a year", "number", narrow=False),
        kit.Column("score", "Strength", "score"),
    ]
    with kit.panel("A table", "Table, cells", flush=True):
        kit.Table(columns, [_row(page, index, *one) for index, one in enumerate(PEOPLE)])
    with kit.panel("A list", "Table(heading=False)", flush=True):
        kit.Table(
            [columns[0], columns[1], columns[3], columns[5]],
            [_row(page, index, *one) for index, one in enumerate(PEOPLE)],
            heading=False,
        )


def _row(
    page: Page,
    index: int,
    name: str,
    strength: float,
    change: float,
    band: str,
    state: str | None,
    why: str,
    value: float,
) -> dict[str, object]:
    return {
        "id": index,
        "why": why,
        "band": band,
        **kit.cells.person(name, f"/customers/{index}", f"#{17850 + index}"),
        **kit.cells.state(state),
        **kit.cells.score(strength, change),
        **kit.cells.amount(value, page.currency),
    }


def _charts() -> None:
    points = [
        (f"2025-{1 + week // 4:02d}-{1 + week % 4 * 7:02d}", v) for week, v in enumerate(TREND)
    ]
    markers = [
        kit.Marker(points[14][0], "scorecard v2"),
        kit.Marker(points[19][0], "card", "accent"),
    ]
    with kit.panel("Identity strength, 26 weeks", "0–100"):
        kit.Chart(kit.charts.trend(points, markers), label="Strength over 26 weeks")
    with kit.panel("Why 38 and not 61", "points", span=6):
        factors = [
            ("Orders in 90 days", -11.2, "1 order"),
            ("Days since last order", -8.4, "61 days"),
            ("Months active", 3.1, "9 months"),
            ("Cancellations", -6.6, "2"),
        ]
        kit.Chart(kit.factor_bars(61.4, factors), height=210, label="Factors of one score")
    with kit.panel("Customers by strength", "4,372 customers", span=6):
        counts = [12, 40, 96, 180, 260, 330, 410, 470, 520, 560, 480, 400, 310, 160, 90, 54]
        kit.Chart(kit.charts.distribution(counts, (40, 70)), height=210, label="Distribution")


def _model_charts() -> None:
    roc = [(0.0, 0.0), (0.1, 0.5), (0.3, 0.8), (0.6, 0.95), (1.0, 1.0)]
    with kit.panel("Finding those who left", "ROC curve, %", span=4):
        options = kit.model_charts.curves(
            {"This scorecard": roc},
            x_name="stayers called in vain",
            y_name="leavers found",
            dashed={kit.model_charts.CHANCE: kit.model_charts.DIAGONAL},
        )
        kit.Chart(options, label="ROC curve")
    with kit.panel("Lift", "leavers per tenth against the usual", span=4):
        tenths = [(str(place + 1), 2.8 - 0.3 * place) for place in range(10)]
        options = kit.model_charts.columns(
            tenths, x_name="tenth by strength", y_name="× the usual", line=1.0
        )
        kit.Chart(options, label="Lift")
    with kit.panel("Fifth by fifth", "ROC-AUC", span=4):
        fifths = [(str(place + 1), 0.84 + place / 100, 0.82, 0.9) for place in range(5)]
        kit.Chart(kit.model_charts.ranges(fifths), label="ROC-AUC of each fifth")


def _small_pieces() -> None:
    with kit.panel("Small pieces", span=6), kit.stack():
        with kit.row():
            for name in ("fragile", "steady", "strong"):
                kit.band(name)
            for word in ("stuck", "busy", "exploring", "own_words"):
                kit.state(word)
        with kit.row():
            kit.Score(38.2, -17, big=True)
            kit.avatar("Maren Okafor")
            kit.Button("Plain")
            kit.Button("Quiet", kind="quiet")
            kit.Button("Small", small=True)
        kit.BandBar({"fragile": 900, "steady": 2100, "strong": 1372})
        kit.Segments({"mine": "My book", "team": "Team", "all": "All"}, "mine", lambda _: None)
        for tone in ("", "good", "warn", "bad"):
            kit.note(f"A remark{', ' + tone if tone else ''}.", tone)
        kit.Progress("Progress of nothing").show("Judging fifths it has not seen", 3, 5)
    with kit.panel("Nothing here", span=6):
        kit.empty(
            "Nobody needs you now",
            "Drops, declared states and due cards will appear here.",
            action="See all customers",
            href="/customers",
        )
