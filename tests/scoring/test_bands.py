"""Bands and erosion."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pulse.scoring.bands import band_of, bands_of, eroded, rose


def test_an_edge_belongs_to_the_band_above():
    assert [band_of(x) for x in (0, 39.49, 39.5, 69.49, 69.5, 100)] == [
        "fragile",
        "fragile",
        "steady",
        "steady",
        "strong",
        "strong",
    ]


@given(st.lists(st.floats(0, 100), min_size=1))
def test_many_bands_equal_single_ones(strengths):
    assert bands_of(np.array(strengths)).tolist() == [band_of(x) for x in strengths]


def test_erosion_is_more_than_ten_points():
    assert not eroded(60, 70)
    assert eroded(59.9, 70)


def test_rising_a_band():
    assert rose("fragile", "strong")
    assert not rose("strong", "strong")
