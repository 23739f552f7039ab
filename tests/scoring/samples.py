"""A small catalogue with customers, and random scorecards."""

import msgspec
import numpy as np
from hypothesis import strategies as st

from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Levels, Linear, PairTerm, Scorecard, Steps, Term

CATALOGUE = (
    MetricDefinition(
        "tenure", "With us", "days", "tenure", "higher", "tenure", customer_visible=True
    ),
    MetricDefinition(
        "orders",
        "Orders in 90 days",
        "orders",
        "engagement",
        "higher",
        "event_count",
        {"event": "order", "days": 90},
        customer_visible=True,
        customer_label="Your orders this quarter",
        actionable=True,
    ),
    MetricDefinition(
        "recency",
        "Last order",
        "days",
        "engagement",
        "lower",
        "event_recency",
        {"event": "order"},
        customer_visible=True,
        actionable=True,
        advice="Find something you like this week",
    ),
    MetricDefinition(
        "returns",
        "Returns per order",
        "",
        "satisfaction",
        "lower",
        "event_share",
        {"event": "return", "of_event": "order", "days": 365},
    ),
    MetricDefinition(
        "plan",
        "Plan",
        "",
        "loyalty",
        "none",
        "attribute_category",
        {"attribute": "plan", "levels": {"Basic": 0.0, "Plus": 0.6, "Gold": 1.0}},
        customer_visible=True,
        actionable=True,
    ),
    MetricDefinition(
        "country",
        "Country",
        "",
        "loyalty",
        "none",
        "attribute_category",
        {"attribute": "country"},
    ),
    MetricDefinition(
        "spend",
        "Spend in a year",
        "GBP",
        "value",
        "higher",
        "event_sum",
        {"event": "order", "days": 365},
    ),
)


def some_measured(size, seed=7):
    """Return measured values of that many customers, a tenth of each metric unknown."""
    draw = np.random.default_rng(seed)
    measured = {
        "tenure": draw.uniform(0, 2_000, size),
        "orders": draw.poisson(1.5, size).astype(float),
        "recency": draw.exponential(60, size),
        "returns": draw.choice([0.0, 0.0, 0.0, 0.5, 1.0], size),
        "plan": draw.choice(np.array(["Basic", "Plus", "Gold"], dtype=object), size),
        "country": draw.choice(np.array(["France", "Peru"], dtype=object), size),
        "spend": draw.lognormal(5, 1, size),
    }
    for values in measured.values():
        values[draw.random(size) < 0.1] = None if values.dtype == object else np.nan
    return measured


@st.composite
def scorecards(draw):
    """Return a random scorecard of two to four rising terms, sometimes with a pair."""
    terms = [draw(_terms(f"m{place}")) for place in range(draw(st.integers(2, 4)))]
    pairs = [draw(_pairs(terms))] if draw(st.booleans()) else []
    total = sum(part.weight for part in (*terms, *pairs))
    scaled = [
        Term(term.metric, term.weight * 100 / total, term.curve, term.average) for term in terms
    ]
    return Scorecard(
        tuple(scaled),
        tuple(msgspec.structs.replace(pair, weight=pair.weight * 100 / total) for pair in pairs),
    )


def _rising(size):
    return st.lists(st.floats(0, 1), min_size=size, max_size=size).map(lambda ys: tuple(sorted(ys)))


@st.composite
def _terms(draw, metric):
    cuts = sorted(draw(st.sets(st.integers(0, 100), min_size=2, max_size=5)))
    edges = tuple(float(cut) for cut in cuts)
    curve = draw(
        st.one_of(
            st.builds(Linear, st.just(edges), _rising(len(edges))),
            st.builds(Steps, st.just(edges), _rising(len(edges) + 1)),
            st.builds(Levels, st.just(("low", "middle", "high")), _rising(3)),
        )
    )
    return Term(metric, draw(st.floats(0.1, 10)), curve, draw(st.floats(0, 1)))


@st.composite
def _pairs(draw, terms):
    first, second = terms[0], terms[1]
    first_edges = None if isinstance(first.curve, Levels) else (25.0, 75.0)
    second_edges = None if isinstance(second.curve, Levels) else (25.0, 75.0)
    grid = np.array(draw(st.lists(_rising(3), min_size=3, max_size=3)))
    grid = np.maximum.accumulate(grid, axis=0)  # rising in both directions
    return PairTerm(
        first.metric,
        second.metric,
        draw(st.floats(0.1, 10)),
        first_edges,
        second_edges,
        tuple(map(tuple, grid.tolist())),
        float(grid.mean()),
    )
