"""The guide docs/add-a-view.md agrees with the code, and its examples run."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import numpy as np
import pytest

from pulse.cards import triggers
from pulse.cards.triggers import CardContext
from pulse.customers.repository import SORTABLE
from pulse.live.messages import Kind
from pulse.scoring.metrics.event_features import EventColumns, Facts, Past
from pulse.scoring.metrics.event_kinds import KINDS, Silence, kind_named
from pulse.sdk import CustomerFilter
from ui.scaffold import VIEW

GUIDE = (Path(__file__).parents[2] / "docs/add-a-view.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, re.S)


def example(words: str) -> dict[str, Any]:
    """Run the guide's only example with these words; returns its names."""
    (block,) = [block for block in BLOCKS if words in block]
    names: dict[str, Any] = {}
    exec(compile(block, "add-a-view.md", "exec"), names)
    return names


def table(heading: str) -> list[list[str]]:
    """The cells of the rows below this heading."""
    rows = GUIDE.split(heading)[1].split("\n\n")[0].splitlines()
    return [row.strip("| ").split(" | ") for row in rows if row.startswith("| ")]


def codes(text: str) -> list[str]:
    return re.findall(r"`\"?(\w+)\"?`", text)


def test_every_field_of_a_filter_is_listed_once():
    listed = codes(" ".join(row[1] for row in table("| about | fields of `CustomerFilter` |")))
    assert sorted(listed) == sorted(CustomerFilter.__struct_fields__)


def test_every_kind_of_message_to_pages_is_listed_once():
    listed = codes(" ".join(row[0] for row in table("| kind | sent when |")))
    of_customers_and_gaps = {"celebration", "resync"}
    assert sorted(listed) == sorted({*get_args(Kind)} - of_customers_and_gaps)


def test_every_order_of_the_list_is_named():
    (row,) = [row for row in GUIDE.splitlines() if "list_customers(page.scope, Cust" in row]
    orders = row.split("sort is ")[1].split(", with `descending=True`")[0]
    assert re.findall(r"\w+", re.sub(r"\(.*?\)| or ", " ", orders)) == list(SORTABLE)


def test_every_word_for_silence_is_explained():
    listed = codes(" ".join(row[0] for row in table("| `silence=` | the value | may count |")))
    assert listed == list(get_args(Silence))


async def test_the_first_lines_of_refresh_fit_into_the_written_view(render, shop, make_customer):
    (block,) = [block for block in BLOCKS if "renewal_to=until" in block]
    start = VIEW.index("        rich = CustomerFilter")
    end = VIEW.index("        state.figures")
    written = VIEW[:start] + block + VIEW[end:]
    names: dict[str, Any] = {}
    exec(
        "from datetime import timedelta\n"
        + written.replace("{title}", "Renewals").replace("{route}", "renewals"),
        names,
    )
    soon, late = (datetime.now(UTC).date() + timedelta(days=days) for days in (30, 200))
    await make_customer(shop, "c1", name="Ada Soon", value=50.0, renewal_on=soon)
    await make_customer(shop, "c2", name="Bo Late", value=50.0, renewal_on=late)
    async with render(names["show"]) as page:
        assert [row["name"] for row in page.rows] == ["Ada Soon"]


async def test_the_query_sums_the_value_by_renewal(shop, make_customer):
    value_by_renewal = example("async def value_by_renewal")["value_by_renewal"]
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    for number, (value, day) in enumerate([(40.0, may), (2.0, may), (7.0, june), (None, may)]):
        await make_customer(shop, f"c{number}", value=value, renewal_on=day)
    assert await value_by_renewal(shop, may, may + timedelta(days=30)) == {may: 42.0}


async def test_the_paged_table_asks_for_more_pages(render, shop, make_customer):
    for number in range(51):
        await make_customer(shop, f"c{number}", name=f"Ada {number}", value=float(number))
    async with render(example("async def load(ask: Ask)")["show"]) as page:
        assert [row["name"] for row in page.rows][:2] == ["Ada 50", "Ada 49"]
        await page.press("Next")
        assert [row["name"] for row in page.rows] == ["Ada 0"]


@pytest.fixture
def registries():
    kept = [(known, dict(known)) for known in (KINDS, triggers.RULES)]
    yield
    for known, before in kept:
        known.clear()
        known.update(before)


def test_the_metric_kind_falls_in_silence(registries):
    example("@metric_kind")
    gifts = EventColumns.of([0, 0], [2.0, 9.0], ["gift", "gift"], [np.nan, np.nan])
    facts = Facts(size=1, attributes={}, first_seen=np.zeros(1), events=gifts)
    kind = kind_named("gift_count")
    values = [kind.compute(Past(facts, day), {"days": 30})[0] for day in (10.0, 35.0, 60.0)]
    assert values == [2.0, 1.0, 0.0]
    assert kind.sinks_in("higher")
    assert not kind.sinks_in("lower")


def test_the_trigger_applies_to_who_became_strong(registries):
    example("@card_trigger")
    climbed = CardContext(
        business_id=uuid4(),
        customer_id=uuid4(),
        external_id="c1",
        as_of=datetime(2026, 6, 1, tzinfo=UTC),
        strength=78.0,
        band="strong",
        change_30d=24.0,
    )
    reasons = {due.cause: due.reason for due in triggers.due(climbed)}
    assert reasons["thank_you"] == "Climbed 24 points in 30 days."
