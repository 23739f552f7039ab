"""Metrics of a business that sends orders; none of them rises without activity."""

from typing import Any

from pulse.i18n.sentences import marked
from pulse.scoring.formatting import OF_USUAL
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.orders import is_order

ORDER_WEIGHTS = {
    "lateness": 40,
    "orders": 20,
    "spend": 16,
    "often": 12,
    "span": 4,
    "lately": 3,
    "basket": 2,
    "returned": 2,
    "days_since_order": 1,
}
ORDER_BAND_EDGES = (62.0, 78.0)
"""Edges of the bands.

More than three usual gaps late gives none of lateness's 40 points; with all other points that is
60, and so fragile. `python -m bench truth` measures weights and edges.
"""
LABELS = marked(
    (
        *("Orders in all", "Recent orders", "Orders over the year", "Days since the last order"),
        *("Visits in all", "Recent visits", "Visits over the year", "Days since the last visit"),
        *("Time from the first order to the last", "Time from the first visit to the last"),
        *("Lateness of the next order", "Lateness of the next visit"),
        *("Recent spend", "Average order", "Average visit"),
        "Lateness against their usual gap",  # of catalogues that an earlier release made
        *("Share of order value returned", "Share of visit value returned"),
    )
)
"""The labels below, for the catalogue: a label is said in the reader's language while it is one of
these, and as it stands once somebody has changed it."""

RECOVERY = 0.75
"""Share of the lateness that remains after a day with an order; it disappears over several."""


def order_metrics(rhythm: Rhythm, *, money: str | None) -> tuple[MetricDefinition, ...]:
    """Return the order (or visit) metrics of a business with this rhythm.

    money: the currency code; None where events have no amounts. The widget shows customer labels
    before the value ("You have ordered a lot: 12 orders").
    """
    ordered = any(is_order(kind) for kind in rhythm.orders)
    noun, did = ("order", "ordered") if ordered else ("visit", "been here")
    events: dict[str, Any] = {"event": list(rhythm.orders)}
    if rhythm.taken_back:
        events["less"] = list(rhythm.taken_back)
    return (
        *_counts(noun, did, events),
        *_rhythm(noun, events, rhythm.usual_gap),
        *([] if money is None else _money(noun, events, money)),
    )


def _counts(noun: str, did: str, events: dict[str, Any]) -> list[MetricDefinition]:
    return [
        MetricDefinition(
            key="orders",
            label=f"{noun.capitalize()}s in all",
            unit=f"{noun}s",
            signal="engagement",
            direction="higher",
            kind="order_count",
            parameters=events,
            customer_visible=True,
            customer_label=f"You have {did} a lot",
        ),
        MetricDefinition(
            key="lately",
            label=f"Recent {noun}s",
            unit="",
            signal="engagement",
            direction="higher",
            kind="fading_days",
            parameters={**events, "half_life": 60},
        ),
        MetricDefinition(
            key="often",
            label=f"{noun.capitalize()}s over the year",
            unit="",
            signal="loyalty",
            direction="higher",
            kind="fading_days",
            parameters={**events, "half_life": 240},
        ),
    ]


def _rhythm(noun: str, events: dict[str, Any], usual_gap: float) -> list[MetricDefinition]:
    return [
        MetricDefinition(
            key="days_since_order",
            label=f"Days since the last {noun}",
            unit="days",
            signal="engagement",
            direction="lower",
            kind="order_recency",
            parameters=events,
            customer_visible=True,
            customer_label=f"Your last {noun} is recent",
            actionable=True,
            advice="Come back for something new",
        ),
        MetricDefinition(
            key="lateness",
            label=f"Lateness of the next {noun}",
            unit=OF_USUAL,
            signal="loyalty",
            direction="lower",
            kind="order_lateness",
            parameters={
                **events,
                "usual_gap": usual_gap,
                "recovery": RECOVERY,
                "knots": [[0, 1], [1, 0.97], [1.5, 0.9], [2, 0.75], [2.5, 0.5], [3, 0]],
            },
        ),
        MetricDefinition(
            key="span",
            label=f"Time from the first {noun} to the last",
            unit="days",
            signal="tenure",
            direction="higher",
            kind="order_span",
            parameters=events,
            customer_visible=True,
            customer_label="You keep coming back to us",
        ),
    ]


def _money(noun: str, events: dict[str, Any], currency: str) -> list[MetricDefinition]:
    found = [
        MetricDefinition(
            key="spend",
            label="Recent spend",
            unit=currency,
            signal="value",
            direction="higher",
            kind="fading_sum",
            parameters={**events, "half_life": 180},
        ),
        MetricDefinition(
            key="basket",
            label=f"Average {noun}",
            unit=currency,
            signal="value",
            direction="higher",
            kind="order_mean",
            parameters=events,
        ),
    ]
    if "less" not in events:
        return found
    returned = MetricDefinition(
        key="returned",
        label=f"Share of {noun} value returned",
        unit="",
        signal="satisfaction",
        direction="lower",
        kind="taken_back_share",
        parameters={**events, "knots": [[0.05, 1], [0.5, 0]]},
    )
    return [returned, *found]
