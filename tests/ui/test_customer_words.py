"""Words of a customer's page that must agree with what stands beside them."""

import json
from pathlib import Path

import pytest

from ui.pages.customer.page import highest
from ui.pages.customer.preview import BANDS

LOCALES = Path(__file__).parents[2] / "widget_bundle" / "src" / "locales"


def test_the_widget_s_words_for_bands_are_those_of_the_widget() -> None:
    widget = json.loads((LOCALES / "en.json").read_text())
    assert {band: widget[band] for band in BANDS} == BANDS


@pytest.mark.parametrize(
    ("change", "high", "said"),
    [
        (-37.0, 63.0, "highest in 90 days, once there was a band, 63"),
        (-14.0, 63.0, "highest in 90 days 63"),
        (None, 63.0, "highest in 90 days 63"),
        (-37.0, None, "highest in 90 days –"),
    ],
)
def test_a_high_below_an_earlier_strength_names_its_reason(
    change: float | None, high: float | None, said: str
) -> None:
    known = {"identity_strength": 49.0, "change_30d": change, "recent_high": high}
    assert highest(known) == said
