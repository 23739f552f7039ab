"""Searches match beginnings of words by the index, narrow or broad, in every order."""

import asyncpg
import pytest

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing import query_planner, search_sql
from pulse.customers.repository import Size
from pulse.db.transaction import tenant

NAMES = {"Anna Olsson", "Annika Berg", "Ben Olsson", "Clara Anders", "Öle Åkermann"}


@pytest.fixture
async def people(shop, make_customer):
    for number, name in enumerate(sorted(NAMES)):
        await make_customer(
            shop, f"c{number}", name=name, email=f"{number}@example.com", value=float(number)
        )
    return shop


async def _names(scope, words: str, **more) -> list[str]:
    found = await repository.listing(scope, CustomerFilter(search=words), sort="name", **more)
    return [row.name for row in found.rows]


async def test_each_word_begins_a_word_of_the_customer(people):
    assert await _names(people, "ann") == ["Anna Olsson", "Annika Berg"]
    assert await _names(people, "ols") == ["Anna Olsson", "Ben Olsson"]
    assert await _names(people, "ann ols") == ["Anna Olsson"]
    assert await _names(people, "ÖLE") == ["Öle Åkermann"]
    assert await _names(people, "c0") == [min(NAMES)]
    assert await _names(people, "zzz") == []
    assert await repository.count(people, CustomerFilter(search="ols")) == 2


async def test_a_search_sees_its_own_business_only(people, other_shop, make_customer):
    await make_customer(other_shop, "c9", name="Anna Fremd")
    assert await _names(people, "fremd") == []
    assert await _names(other_shop, "anna") == ["Anna Fremd"]
    async with tenant(people) as unit:
        assert await unit.fetchval("SELECT count(*) FROM own_words") == len(NAMES)


async def test_searches_use_their_index(people, database):
    """Row-level security had prevented the index; with few rows another index would be used."""
    connection = await asyncpg.connect(**database)
    try:
        await connection.execute(
            "BEGIN; ALTER TABLE customer_words DROP CONSTRAINT customer_words_pkey; "
            "SET LOCAL enable_seqscan = off; SET LOCAL role pulse_tenant"
        )
        rows = await connection.fetch(
            "EXPLAIN SELECT 1 FROM own_words WHERE words @@ to_tsquery('simple', 'ann:*')"
        )
    finally:
        await connection.close()
    assert "Index Scan on customer_words_words" in "\n".join(row[0] for row in rows)


@pytest.fixture
def everything_is_often(monkeypatch):
    """Treat a handful as a million: searches are broad, and lists follow their order."""
    monkeypatch.setattr(search_sql, "FEW", 1)
    monkeypatch.setattr(query_planner, "FEW", 1)
    monkeypatch.setattr(query_planner, "OFTEN", 0)
    monkeypatch.setattr(query_planner, "COUNTED_UP_TO", 0)


async def test_a_broad_search_follows_the_order_of_the_list(people, everything_is_often):
    found = await repository.listing(
        people, CustomerFilter(search="ols"), sort="value", descending=True, limit=1
    )
    assert ([row.name for row in found.rows], found.partial) == (["Ben Olsson"], False)
    assert (found.size.exact, bool(found.next)) == (False, True)


async def test_a_broad_search_by_name_says_that_it_is_incomplete(people, everything_is_often):
    found = await repository.listing(people, CustomerFilter(search="ols"), sort="name")
    assert (len(found.rows), found.partial, found.size.exact) == (1, True, False)


async def test_frequent_words_are_scanned_without_the_index(
    people, everything_is_often, monkeypatch
):
    monkeypatch.setattr(search_sql, "FEW", 2)
    monkeypatch.setattr(query_planner, "FEW", 2)
    monkeypatch.setattr(search_sql, "OFTEN", 0)
    found = await repository.listing(people, CustomerFilter(search="c"), sort="external_id")
    assert (len(found.rows), found.partial) == (2, True)


async def test_a_broad_search_with_a_rare_condition_is_counted_on_the_way(people, monkeypatch):
    monkeypatch.setattr(search_sql, "FEW", 1)
    monkeypatch.setattr(query_planner, "FEW", 1)
    both = CustomerFilter(search="ols", value_from=1.0)
    found = await repository.listing(people, both, sort="name")
    assert ([row.name for row in found.rows], found.size) == (["Ben Olsson"], Size(1))
    assert await repository.count(people, both) == 1


async def test_large_counts_are_shown_as_more_than(people, everything_is_often):
    assert await repository.count_exactly(people, CustomerFilter(search="ols")) == 2
    assert await repository.count(people, CustomerFilter(search="ols")) == 2
