"""Metrics at a date: every kind counts correctly and ignores later data."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import Invalid
from pulse.scoring.metrics.attribute_kinds import days_since_epoch
from pulse.scoring.metrics.catalogue import (
    KINDS,
    EventColumns,
    Facts,
    MetricDefinition,
    check,
    measure,
    metric_kind,
)

NOW = 1_000.0


def metric(kind, direction="higher", freshness_days=None, **parameters):
    return MetricDefinition(
        "it", "It", "", "engagement", direction, kind, parameters, freshness_days=freshness_days
    )


def of(facts, definition, as_of=NOW):
    return measure(facts, [definition], as_of)["it"].tolist()


def shop():
    """Customer 0 orders at 900, 960, 990 and returns at 991; 1 ordered at 500; 2 never did."""
    return Facts(
        size=3,
        attributes={
            "plan": np.array(["Gold", " ", None], dtype=object),
            "seats": np.array(["12", " ", 3.5], dtype=object),
            "paperless": np.array(["Yes", "no", "perhaps"], dtype=object),
            "renewal": np.array(["1972-10-07", date(1972, 1, 1), "soon"], dtype=object),
        },
        first_seen=np.array([800.0, 450.0, 980.0]),
        events=EventColumns.of(
            [0, 0, 1, 0, 0],
            [990, 900, 500, 960, 991],
            ["order", "order", "order", "order", "return"],
            [30.0, 10.0, 99.0, 20.0, np.nan],
        ),
    )


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (metric("tenure"), [200, 550, 20]),
        (metric("event_count", event="order", days=90), [2, 0, 0]),
        (metric("event_count", event=["order", "return"], days=90), [3, 0, 0]),
        (metric("event_count", days=90), [3, 0, 0]),
        (metric("event_count", event="nothing like it", days=90), [0, 0, 0]),
        (metric("event_rate", event="order", days=90), [2 / 3, 0, 0]),
        (metric("event_sum", event="order", days=90), [50, 0, 0]),
        (metric("event_mean", event="order", days=90), [25, None, None]),
        (metric("event_recency", event="order"), [10, 500, None]),
        (metric("event_active_periods", event="order", period_days=30, periods=6), [3, 0, 0]),
        (metric("event_ratio", event="order", days=55), [2, None, None]),
        (
            metric("event_ratio", event="order", days=50, before_days=100, of="sum"),
            [10, None, None],
        ),
        (metric("event_trend", event="order", days=60), [1 / 3, None, None]),
        (metric("event_share", event="return", of_event="order", days=365), [1 / 3, None, None]),
        (metric("event_gap", event="order"), [45, None, None]),
        (metric("event_lateness", event="order"), [10 / 45, None, None]),
        (metric("attribute_number", attribute="seats"), [12, None, 3.5]),
        (metric("attribute_number", attribute="nowhere"), [None, None, None]),
        (metric("attribute_flag", attribute="paperless"), [1, 0, None]),
        (metric("attribute_category", attribute="plan"), ["Gold", None, None]),
        (metric("attribute_known", attribute="plan"), [1, 0, 0]),
        (metric("attribute_age", attribute="renewal"), [None, 270, None]),
        (metric("attribute_days_until", attribute="renewal"), [10, None, None]),
        (metric("attribute_days_since", attribute="renewal"), [0, 270, None]),
        (metric("attribute_date", attribute="renewal"), [1972.765, 1971.998, None]),
        (metric("customer_since"), [1972.19, 1971.232, 1972.683]),
    ],
    ids=lambda value: value.kind if isinstance(value, MetricDefinition) else "",
)
def test_each_kind_of_metric(definition, expected):
    found = [None if value is None or value != value else value for value in of(shop(), definition)]
    assert found == pytest.approx(expected)


def test_a_customer_who_did_not_exist_yet_is_unknown_not_zero():
    assert np.isnan(of(shop(), metric("event_count", event="order", days=90), as_of=460.0)[2])
    assert np.isnan(of(shop(), metric("tenure"), as_of=400.0)).all()


def test_an_event_at_the_moment_counts_and_a_later_one_does_not():
    orders = metric("event_count", event="order", days=10)
    assert of(shop(), orders, as_of=960.0)[0] == 1
    assert of(shop(), orders, as_of=959.999)[0] == 0


def test_the_beginning_of_a_window_is_excluded():
    assert of(shop(), metric("event_count", event="order", days=40))[0] == 1


def test_a_stale_value_is_unknown():
    count = metric("event_count", event="order", days=600, freshness_days=30)
    assert of(shop(), count)[0] == 3
    assert np.isnan(of(shop(), count)[1])


def test_dated_attributes_are_replayed_and_grow_stale():
    facts = Facts(
        2,
        {"plan": np.array(["Gold", "Basic"], dtype=object)},
        np.zeros(2),
        attribute_times={"plan": np.array([100.0, 900.0])},
    )
    plan = metric("attribute_category", attribute="plan", freshness_days=365)
    assert of(facts, plan, as_of=500.0) == [None, None]
    assert of(facts, plan, as_of=950.0) == [None, "Basic"]


def test_no_events_at_all():
    facts = Facts(2, first_seen=np.array([1.0, np.nan]))
    assert of(facts, metric("event_count", days=30))[0] == 0
    assert np.isnan(of(facts, metric("event_count", days=30))[1])
    for kind in ("event_recency", "event_gap", "event_lateness"):
        assert np.isnan(of(facts, metric(kind))).all()


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 3), st.floats(0, 2_000), st.sampled_from(["order", "visit"]), st.floats(0, 9)
    ),
    max_size=30,
)
EVENT_METRICS = [
    MetricDefinition(
        name,
        name,
        "",
        "engagement",
        "higher",
        name,
        {"event": "order", "of_event": "visit", "days": 90, "period_days": 30, "periods": 4},
    )
    for name in KINDS
    if name.startswith("event") or name == "tenure"
]


@given(events=EVENTS)
def test_later_events_do_not_change_earlier_values(events):
    seen = np.array([0.0, 500.0, 1_500.0, np.nan])
    everything = Facts(4, {}, seen, _columns(events))
    until_now = Facts(4, {}, seen, _columns([event for event in events if event[1] <= NOW]))
    now = measure(everything, EVENT_METRICS, NOW)
    assert _differing(now, measure(until_now, EVENT_METRICS, NOW)) == []


@given(events=EVENTS)
def test_one_customer_alone_has_the_same_values_as_among_others(events):
    seen = np.array([0.0, 500.0, 1_500.0, np.nan])
    together = measure(Facts(4, {}, seen, _columns(events)), EVENT_METRICS, NOW)
    for who in range(4):
        own = [(0, *event[1:]) for event in events if event[0] == who]
        alone = measure(Facts(1, {}, seen[who : who + 1], _columns(own)), EVENT_METRICS, NOW)
        among = {key: values[who : who + 1] for key, values in together.items()}
        assert _differing(alone, among) == []


def test_infinite_values_are_unknown():
    events = EventColumns.of(
        [0, 0, 1], [NOW - 1, NOW - 2, NOW - 1], ["order"] * 3, [1e308, 1e308, 5]
    )
    facts = Facts(2, {"seats": np.array([10**400, 4], object)}, np.full(2, NOW - 9), events)
    total = of(facts, metric("event_sum", event="order", days=30))
    seats = of(facts, metric("attribute_number", attribute="seats"))
    assert np.isnan([total[0], seats[0]]).all()
    assert (total[1], seats[1]) == (5, 4)


def test_an_unknown_kind_or_a_missing_parameter_is_refused_with_its_reason():
    with pytest.raises(Invalid, match="no metric kind"):
        check(metric("telepathy"))
    with pytest.raises(Invalid, match="needs days"):
        check(metric("event_count"))
    with pytest.raises(Invalid, match="above 0"):
        check(metric("event_count", days=0))
    assert check(metric("event_count", days=30)).name == "event_count"


def test_adding_a_kind_is_one_function_and_one_decorator():
    @metric_kind("always_seven", silence="still")
    def always_seven(past, parameters):
        """Seven."""
        return np.full(past.size, 7.0)

    try:
        assert of(shop(), metric("always_seven")) == [7, 7, 7]
        assert KINDS["always_seven"].says == "Seven."
    finally:
        del KINDS["always_seven"]


@pytest.mark.parametrize("said", [{}, {"silence": ""}, {"silence": "quiet"}])
def test_a_kind_that_does_not_say_what_silence_does_is_refused(said):
    with pytest.raises(TypeError, match="silence"):
        metric_kind("weekend_share", **said)(np.mean)
    assert "weekend_share" not in KINDS


def test_days_since_epoch_reads_what_people_send():
    assert days_since_epoch("1970-01-02") == 1
    assert days_since_epoch("1970-01-02T12:00:00+00:00") == 1.5
    assert days_since_epoch(date(1970, 1, 3)) == 2
    assert np.isnan(days_since_epoch("yesterday"))
    assert np.isnan(days_since_epoch(17))


def _columns(events):
    who, when, kind, amount = zip(*events, strict=True) if events else ([], [], [], [])
    return EventColumns.of(who, when, kind, amount)


def _differing(first, second):
    """Return the metrics whose values differ."""
    assert first
    return [
        key
        for key, values in first.items()
        if not np.allclose(values, second[key], rtol=1e-12, atol=0.0, equal_nan=True)
    ]
