"""Ids for many rows have the database's format, are ordered and unique."""

import time
from uuid import UUID

import asyncpg

from pulse.db.uuid7 import uuid7_batch


def test_ids_are_in_order_and_differ():
    made = uuid7_batch(5_000)
    assert made == sorted(made)
    assert len({one[16:] for one in made}) == 5_000  # random bits alone differ


def test_they_are_version_7_of_this_moment():
    before = time.time_ns() // 1_000_000
    made = [UUID(one) for one in uuid7_batch(100)]
    after = time.time_ns() // 1_000_000
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    assert before - 1 <= made[0].int >> 80 <= made[-1].int >> 80 <= after


def test_none_is_none():
    assert uuid7_batch(0) == []


async def test_the_database_reads_the_same_moment(database):
    owner = await asyncpg.connect(**database)
    try:
        made = uuid7_batch(1)[0]
        of_ours, of_theirs = await owner.fetchrow(
            "SELECT uuid_extract_timestamp($1::uuid), uuid_extract_timestamp(uuidv7())", made
        )
    finally:
        await owner.close()
    assert abs((of_ours - of_theirs).total_seconds()) < 60
