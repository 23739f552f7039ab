"""Stored figures are available to the next process, unless old or of another structure."""

from datetime import UTC, datetime, timedelta

import msgspec

from pulse import clock
from pulse.customers.filters import CustomerFilter
from pulse.scoring.reports.overview import Overview, overview
from pulse.scoring.reports.persisted_figures import forgotten, remember, remembered
from pulse.segments.segment_overview import Segment, segments

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
KEY = ("overview", CustomerFilter(owner="nobody"))


class Sum(msgspec.Struct):
    total: int


async def test_stored_figures_are_restored_unchanged(shop, make_customer):
    await make_customer(shop, "c1", value=10.0, segment="north")
    known = await overview(shop)
    named = await segments(shop)
    with clock.at(NOON):
        await remember(shop, KEY, known, NOON)
        await remember(shop, "segments", named, NOON)
        assert await remembered(shop, KEY, Overview) == (known, NOON)
        assert await remembered(shop, "segments", list[Segment]) == (named, NOON)


async def test_the_later_scan_is_kept_regardless_of_write_order(shop):
    with clock.at(NOON):
        await remember(shop, "sum", Sum(2), NOON)
        await remember(shop, "sum", Sum(1), NOON - timedelta(minutes=1))
        assert await remembered(shop, "sum", Sum) == (Sum(2), NOON)


async def test_old_malformed_or_deleted_figures_are_not_shown(shop, other_shop):
    with clock.at(NOON):
        await remember(shop, "sum", Sum(2), NOON)
        assert await remembered(other_shop, "sum", Sum) is None
        assert await remembered(shop, "sum", Overview) is None
        await forgotten(other_shop, "sum")
        assert await remembered(shop, "sum", Sum) == (Sum(2), NOON)
    with clock.at(NOON + timedelta(days=3)):
        assert await remembered(shop, "sum", Sum) is None
    with clock.at(NOON):
        await forgotten(shop, "sum")
        assert await remembered(shop, "sum", Sum) is None
