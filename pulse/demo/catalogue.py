"""What lantern measures: ten metrics of the five signals, from orders and cancellations alone.

Customer labels are said before the value in the widget ("You order often: 12 orders"). Money is
never shown to a customer. Cancellations grow with how much somebody orders, so their share of the
orders is judged, not their number.

Long windows are two years, which is all the shop has: with one year, whoever had ordered much fell
ten points on the day those orders turned a year old, which says nothing about that day. (A trend
of two windows was tried and left for the same reason.)
"""

from pulse.demo.translations import in_languages
from pulse.scoring.metrics.catalogue import MetricDefinition

TWO_YEARS = 730
SALES = ["order", "cancellation"]  # cancellations carry negative amounts: sums are net

CATALOGUE = (
    MetricDefinition(
        key="orders_90",
        label="Orders in 90 days",
        unit="orders",
        signal="engagement",
        direction="higher",
        kind="event_count",
        parameters={"event": "order", "days": 90},
        customer_visible=True,
        customer_label="You order often these days",
        actionable=True,
        advice="Place your next order",
        in_languages=in_languages("orders_90"),
    ),
    MetricDefinition(
        key="orders",
        label="Orders in two years",
        unit="orders",
        signal="engagement",
        direction="higher",
        kind="event_count",
        parameters={"event": "order", "days": TWO_YEARS},
        customer_visible=True,
        customer_label="You have ordered a lot",
        in_languages=in_languages("orders"),
    ),
    MetricDefinition(
        key="days_since_order",
        label="Days since the last order",
        unit="days",
        signal="engagement",
        direction="lower",
        kind="event_recency",
        parameters={"event": "order"},
        customer_visible=True,
        customer_label="Your last order is recent",
        actionable=True,
        advice="Come back for something new",
        in_languages=in_languages("days_since_order"),
    ),
    MetricDefinition(
        key="active_months",
        label="Months with an order, of twelve",
        unit="months",
        signal="loyalty",
        direction="higher",
        kind="event_active_periods",
        parameters={"event": "order", "period_days": 30, "periods": 12},
        customer_visible=True,
        customer_label="You come back month after month",
        actionable=True,
        advice="Order in one more month this year",
        in_languages=in_languages("active_months"),
    ),
    MetricDefinition(
        key="order_gap",
        label="Usual days between orders",
        unit="days",
        signal="loyalty",
        direction="lower",
        kind="event_gap",
        parameters={"event": "order"},
        customer_visible=True,
        customer_label="Your orders come close together",
        in_languages=in_languages("order_gap"),
    ),
    MetricDefinition(
        key="lateness",
        label="Days since the last order, in usual gaps",
        unit="× the usual",
        signal="loyalty",
        direction="lower",
        kind="event_lateness",
        parameters={"event": "order"},
    ),
    MetricDefinition(
        key="cancelled_share",
        label="Cancellations per order in two years",
        unit="",
        signal="satisfaction",
        direction="lower",
        kind="event_share",
        parameters={"event": "cancellation", "of_event": "order", "days": TWO_YEARS},
    ),
    MetricDefinition(
        key="tenure",
        label="Days since the first order",
        unit="days",
        signal="tenure",
        direction="higher",
        kind="tenure",
        customer_visible=True,
        customer_label="You have been with us for a while",
        in_languages=in_languages("tenure"),
    ),
    MetricDefinition(
        key="spend",
        label="Spend in two years, less cancellations",
        unit="GBP",
        signal="value",
        direction="higher",
        kind="event_sum",
        parameters={"event": SALES, "days": TWO_YEARS},
    ),
    MetricDefinition(
        key="basket",
        label="Mean order in two years",
        unit="GBP",
        signal="value",
        direction="higher",
        kind="event_mean",
        parameters={"event": "order", "days": TWO_YEARS},
    ),
)

WEIGHTS = {
    "orders_90": 8,
    "orders": 12,
    "days_since_order": 16,
    "active_months": 12,
    "order_gap": 8,
    "lateness": 10,
    "cancelled_share": 8,
    "tenure": 10,
    "spend": 10,
    "basket": 6,
}
"""Points of the shop's hand-set scorecard: how lately and how steadily somebody orders says most.

Held against "an order within 90 days" half a year and a quarter before the end, among customers of
the 180 days before: ROC-AUC .741 and .726, where equal shares a signal give .714 and .687; and one
returned parcel costs about five points instead of thirteen.
"""
