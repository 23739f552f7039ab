"""How often a customer orders, in words: an average of irregular gaps is no habit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulse import clock
from ui.components.customer_rows import rhythm_in_words

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
KNOWN = {
    "last_order_at": NOW - timedelta(days=10),
    "usual_gap_days": 24.0,
    "lifecycle": "active",
    "orders": 5,
    "habitual": True,
}


@pytest.mark.parametrize(
    ("changes", "how", "words"),
    [
        ({}, {}, "Usually orders every 24 days · expected by 14 Jul"),
        ({"usual_gap_days": 24.4}, {}, "every 24 days · expected by 14 Jul"),  # the same 24
        (
            {"habitual": False},
            {"gaps": (2, 70)},
            "Orders irregularly, 2 to 70 days apart · last order 20 Jun",
        ),
        ({"habitual": False}, {"gaps": (8, 18)}, "Orders 8 to 18 days apart · last order 20 Jun"),
        ({"habitual": False}, {"gaps": (9, 9)}, "Ordered every 9 days so far · last"),
        ({"habitual": None}, {}, "5 orders so far, the last on 20 Jun"),
        (
            {"lifecycle": "onboarding", "habitual": False},
            {},
            "5 orders so far, close together, the last on 20 Jun",
        ),
    ],
)
def test_only_a_habit_promises_a_day(changes: dict[str, Any], how: Any, words: str) -> None:
    with clock.at(NOW):
        said = rhythm_in_words({**KNOWN, **changes}, **how)
    assert words in said
    assert ("expected" in said) == bool(changes.get("habitual", True))
