from datetime import UTC, date, datetime, time

import pytest

from pulse.demo import lantern
from pulse.demo.catalogue import CATALOGUE, WEIGHTS
from pulse.scoring.metrics.catalogue import SIGNALS, check


@pytest.fixture(scope="module")
def shop() -> lantern.History:
    return lantern.history(date(2026, 3, 5))


def test_every_real_customer_is_there_with_a_made_up_name(shop):
    assert len(shop.customers) == 4372
    assert shop.customers["external_id"].n_unique() == 4372
    assert shop.customers["email"].str.ends_with("@example.com").all()


def test_every_invoice_is_one_event(shop):
    assert len(shop.events) == 22_190
    assert len({event.message_id for event in shop.events}) == 22_190


def test_all_dates_are_shifted_to_end_on_the_given_day(shop):
    assert shop.events[-1].occurred_at == datetime(2026, 3, 5, 12, 50, tzinfo=UTC)
    assert shop.events[0].occurred_at.time() == time(8, 26)
    assert (shop.events[-1].occurred_at - shop.events[0].occurred_at).days == 373
    assert shop.first == shop.events[0].occurred_at.date()


def test_an_invoice_becomes_an_event_with_its_sum(shop):
    first = next(event for event in shop.events if event.properties["invoice"] == "536365")
    assert (first.external_id, first.kind) == ("17850", "order")
    assert first.amount == pytest.approx(139.12)
    assert first.properties == {"invoice": "536365", "items": 40, "lines": 7}


def test_cancellations_are_recognised_and_subtracted(shop):
    cancelled = [event for event in shop.events if event.kind == "cancellation"]
    assert len(cancelled) == 3654
    assert all(event.properties["invoice"].startswith("C") for event in cancelled)
    assert all(event.amount < 0 for event in cancelled)


def test_value_is_net_spending_of_the_last_365_days(shop):
    value = dict(shop.customers.select("external_id", "value").iter_rows())
    assert value["12346"] == 0.0  # ordered for 77,183.60 once and cancelled all of it
    assert min(value.values()) == 0.0


def test_customers_have_the_language_of_their_country(shop):
    spoken = dict(shop.customers.select("external_id", "locale").iter_rows())
    assert spoken["17850"] == "en"
    assert set(spoken.values()) == {"en", "de", "fr", "es", "pt", "ar"}


def test_the_catalogue_covers_the_five_signals_and_hides_money_from_customers():
    assert {metric.signal for metric in CATALOGUE} == set(SIGNALS)
    for metric in CATALOGUE:
        check(metric)
        assert not (metric.customer_visible and metric.signal == "value")
        assert metric.customer_visible or not metric.actionable


def test_every_metric_has_its_points_and_they_sum_to_a_hundred():
    assert set(WEIGHTS) == {metric.key for metric in CATALOGUE}
    assert sum(WEIGHTS.values()) == 100
