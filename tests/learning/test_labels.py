"""Who left and who stayed, by an attribute or by events, and what to learn from."""

from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import events
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.learning import labels
from pulse.learning.labels import ColumnRule, CustomerFeatures, EventsRule, label_pooled, labelled
from pulse.learning.outcome_options import choices
from pulse.scoring import scorecard_store
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import EventColumns, Facts
from pulse.scoring.metrics.feature_loader import gather, joined
from tests.fixtures.orders import CATALOGUE, NOW, order


async def test_an_attribute_about_leaving_is_offered_with_its_counts(shop: Scope, make_customer):
    for number in range(30):
        word = "" if number == 29 else "Yes" if number % 3 == 0 else "No"
        plan = ("Basic", "Gold")[number % 2]
        await make_customer(
            shop, f"c{number}", attributes={"churned": word, "plan": plan, "visits": number}
        )
    offered = await choices(shop)
    assert [(one.words, one.left, one.stayed) for one in offered] == [("Churned is “Yes”", 10, 19)]
    assert not offered[0].enough
    found = await labelled(shop, offered[0].rule)
    assert len(found.rows) == 29
    assert found.stayed.sum() == 19
    assert [one.key for one in found.catalogue] == ["plan", "visits"]
    assert "churned" not in found.measured


async def test_a_leaving_date_alone_is_offered_and_learned_from(shop: Scope, make_customer):
    days = ("2024-03-01", "", "2031-01-01", "2024-05-20T10:00:00Z", None)
    for number in range(30):
        day = days[number % 5]
        attributes = {"visits": number} | ({} if day is None else {"cancelled_on": day})
        await make_customer(shop, f"c{number}", attributes=attributes)
    with clock.at(NOW):
        offered = await choices(shop)
        found = await labelled(shop, offered[0].rule)
    assert [(one.words, one.left, one.stayed) for one in offered] == [
        ("Cancelled on is past", 12, 18)
    ]
    assert (len(found.rows), found.stayed.sum()) == (30, 18)
    assert [one.key for one in found.catalogue] == ["visits"]


async def test_the_day_a_customer_began_is_learned_from_instead_of_the_time_since(
    shop: Scope, make_customer
):
    async with tenant(shop) as unit:
        await scorecard_store.save_catalogue(unit, CATALOGUE[:1])
    for number in range(30):
        word = "yes" if number % 3 else "no"
        await make_customer(
            shop,
            f"c{number}",
            attributes={"churn": word, "last_login": f"2026-0{1 + number % 9}-04"},
            first_seen_at=NOW - timedelta(days=20 * number),
        )
    found = await labelled(shop, ColumnRule("churn", ("yes",)))
    assert {one.key: one.kind for one in found.catalogue} == {
        "days_known": "tenure",
        "last_login": "attribute_days_since",
        "customer_since": "customer_since",
    }


async def test_events_decide_point_in_time(ordering_shop: Scope):
    with clock.at(NOW):
        offered = await choices(ordering_shop)
        found = await labelled(ordering_shop, EventsRule("order", 90, 180))
    assert {one.words for one in offered} >= {"No order in 30 days", "No order in 90 days"}
    counted = next(one for one in offered if one.rule == EventsRule("order", 90, 180))
    assert (counted.left, counted.stayed) == ((~found.stayed).sum(), found.stayed.sum())
    gone = [who for who, kept in zip(found.external_ids, found.stayed, strict=True) if not kept]
    assert gone == ["c8", "c9"]
    assert found.as_of == pytest.approx(clock.days_of(NOW) - 91, abs=0.01)
    recency = found.measured["recency"]
    assert (recency[~np.isnan(recency)] >= 0).all()


async def test_an_event_that_never_occurred_marks_nobody_as_left(shop: Scope):
    async with tenant(shop) as unit:
        await scorecard_store.save_catalogue(unit, CATALOGUE)
        await events.append(unit, [order("c1", 5)])
    with pytest.raises(Invalid, match="No customer has"):
        await labelled(shop, ColumnRule("churned", ("Yes",)))
    with pytest.raises(Invalid, match="No outcome"):
        await labelled(shop, EventsRule("visit"))


async def test_customers_read_in_parts_or_at_once_are_the_same(ordering_shop: Scope, monkeypatch):
    monkeypatch.setattr(labels, "AT_ONCE", 3)
    with clock.at(NOW):
        found = await labels.read_features(ordering_shop, EventsRule("order"))
    async with tenant(ordering_shop) as unit:
        whole = await gather(unit, list(found.ids))
    place = {customer: row for row, customer in enumerate(whole.ids)}
    assert joined([]).facts.size == 0
    assert set(found.ids) == set(whole.ids)
    for row, customer in enumerate(found.ids):
        mine = found.facts.events.at[found.facts.events.customer == row]
        theirs = whole.facts.events.at[whole.facts.events.customer == place[customer]]
        np.testing.assert_array_equal(mine, theirs)


def test_outcomes_of_past_dates_are_pooled_with_their_customers():
    days = np.arange(0.0, 400.0, 10.0)
    who = np.repeat(np.arange(30), days.size)
    facts = Facts(30, events=EventColumns.of(who, np.tile(days, 30), ["order"] * who.size))
    found = label_pooled(_everybody(facts), EventsRule("order", days=90, active_days=180))
    latest = 390.0 - 90
    assert found.dates == (latest, latest - 30, latest - 60)
    assert len(found.rows) == len(found.stayed) == 90
    assert found.stayed.all()
    assert np.bincount(found.rows).tolist() == [3] * 30


def test_predictive_blanks_are_a_metric_as_in_evaluate():
    phone = np.array(["1"] * 60 + [None] * 60, dtype=object)
    churn = np.array((["No"] * 55 + ["Yes"] * 5) + (["No"] * 20 + ["Yes"] * 40), dtype=object)
    plain = MetricDefinition("phone", "Phone", "", "value", "none", "attribute_number",
                             {"attribute": "phone"})  # fmt: skip
    facts = Facts(120, attributes={"phone": phone, "churn": churn})
    found = label_pooled(_everybody(facts, plain), ColumnRule("churn", ("yes",)))
    assert [one.key for one in found.catalogue] == ["phone", "phone known"]
    assert found.measured["phone known"].tolist() == [1.0] * 60 + [0.0] * 60


def _everybody(facts: Facts, *catalogue: MetricDefinition) -> CustomerFeatures:
    names = tuple(str(row) for row in range(facts.size))
    return CustomerFeatures(tuple(UUID(int=row) for row in range(facts.size)), names, names, facts,
                     catalogue, len(catalogue))  # fmt: skip
