"""Conditions of a segment: as text, in words, and the customers they match."""

import pytest

from pulse.customers import repository
from pulse.customers.conditions import (
    FIELDS,
    NAMES,
    OPERATORS,
    Condition,
    decode,
    encode,
    in_words,
)
from pulse.customers.filters import CustomerFilter
from pulse.errors import Invalid
from pulse.segments.segment_overview import add_rule, segments
from ui.components.customer_filter import from_address, link_to, words_for


async def shown(scope, where: str) -> list[str]:
    chosen = CustomerFilter(where=where)
    page = await repository.listing(scope, chosen, sort="name", limit=50)
    assert await repository.count(scope, chosen) == len(page.rows), "the count opens these rows"
    return sorted(row.external_id for row in page.rows)


async def test_conditions_match_all_or_any(shop, make_customer):
    await make_customer(shop, "small", value=100.0, segment="A; B")
    await make_customer(shop, "large", value=5000.0, segment="A; B")
    await make_customer(shop, "other", value=5000.0, segment="100 % linen")
    await make_customer(shop, "blank", segment="")
    both = [Condition("value", "at_least", "1000"), Condition("segment", "is", "A; B")]
    assert await shown(shop, encode("all", both)) == ["large"]
    assert await shown(shop, encode("any", both)) == ["large", "other", "small"]
    assert await shown(shop, "all:value.unknown.") == ["blank"]
    assert await shown(shop, "all:segment.contains.LINEN") == ["other"]
    assert await shown(shop, "any:band.is_not.strong;orders.at_least.3") == [
        *("blank", "large", "other", "small")
    ]
    assert await shown(shop, "all:renewal.within.30;last_order.longer_ago.60") == []


async def test_conditions_saved_as_a_segment_count_the_same(shop, make_customer):
    await make_customer(shop, "small", value=100.0)
    await make_customer(shop, "large", value=5000.0)
    chosen = CustomerFilter(where="any:value.at_least.1000;band.is.fragile")
    await add_rule(shop, "Worth a visit", chosen)
    found = {one.name: one for one in await segments(shop)}["Worth a visit"]
    assert found.customers == 1 == await repository.count(shop, found.chosen)
    assert link_to(chosen) == "/customers?where=any%3Avalue.at_least.1000%3Bband.is.fragile"
    with pytest.raises(Invalid, match="needs a number"):
        await add_rule(shop, "Wrong", CustomerFilter(where="all:value.at_least.much"))


def test_every_field_and_operator_has_its_text_in_the_catalogue():
    fields = {words for one in FIELDS.values() for words in (one.label, one.label.lower())}
    operators = {words for known in OPERATORS.values() for words, _ in known.values()}
    assert (fields | operators) - set(NAMES) == set()


def test_conditions_convert_to_words_and_back():
    one = Condition("segment", "is", "a;b.c:d %")
    assert decode(encode("any", [one, one])) == ("any", [one, one])
    told = "any:band.is.fragile;value.at_least.1000"
    assert (
        in_words(told)
        == words_for("where", told)
        == "band is fragile or value a year at least 1000"
    )
    assert from_address({"where": told}).where == told
    assert from_address({"where": "any:nonsense", "tag": "vip"}) == CustomerFilter(tag="vip")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("some:band.is.fragile", "begin with"),
        ("all:", "begin with"),
        ("all:colour.is.red", "no field “colour”"),
        ("all:band.at_least.3", "does not fit Band"),
        ("all:band.is.golden", "fragile, steady, strong"),
        ("all:orders.at_least.1e9", "needs a number"),
        ("all:tag.has.", "needs a value"),
        ("all:" + ";".join(["orders.at_least.1"] * 13), "At most 12"),
    ],
)
def test_invalid_conditions_are_refused_with_a_reason(written: str, said: str):
    with pytest.raises(Invalid, match=said):
        decode(written)
