"""Segments: by rules, as clusters, compared, and followed over time."""

import msgspec
import numpy as np
import pytest

from pulse.scoring.bands import bands_of
from pulse.segments.discovery import SegmentFeatures, assign, compare, figures, movement
from pulse.segments.kmeans import Clusters, discover


def people(strength, change=None, tenure=None, **signals):
    size = len(strength)
    strength = np.array(strength, dtype=float)

    def column(values):
        return np.full(size, np.nan) if values is None else np.array(values, dtype=float)

    return SegmentFeatures(
        strength,
        column(change),
        column(tenure),
        bands_of(strength),
        {signal: np.array(values, dtype=float) for signal, values in signals.items()},
    )


def test_the_first_rule_that_fits_names_a_customer():
    found = assign(
        people(
            [80, 80, 80, 55, 20, 55],
            change=[0, -8, 6, 0, 0, np.nan],
            tenure=[400, 400, 400, 400, 400, 30],
            loyalty=[0.9, 0.9, 0.1, 0.5, 0.5, 0.5],
            engagement=[0.9, 0.9, 0.9, 0.2, 0.2, 0.9],
        )
    )
    assert found.tolist() == [
        "Loyal core",
        "Slipping",
        "Rising",
        "Quiet regulars",
        "Old friends gone quiet",
        "Newcomers",
    ]


def test_unknown_values_match_no_condition():
    assert assign(people([55, np.nan])).tolist() == ["Steady", "Others"]


def test_figures_and_comparison_of_two():
    identities = people([80, 90, 20], loyalty=[0.8, 1.0, 0.2], engagement=[0.5, 0.5, 0.4])
    strong, fragile = figures(identities, np.array(["A", "A", "B"], dtype=object))
    assert (strong.name, strong.customers, strong.average) == ("A", 2, 85)
    difference = compare(strong, fragile)
    assert difference.strength == 65
    assert [signal for signal, _ in difference.signals] == ["loyalty", "engagement"]
    assert difference.signals[0][1] == pytest.approx(0.7)


def test_movement_is_counted_by_segment():
    was = np.array(["A", "A", "A", "B"], dtype=object)
    now = np.array(["B", "B", "A", "B"], dtype=object)
    assert movement(was, now) == {("A", "B"): 2, ("A", "A"): 1, ("B", "B"): 1}


def crowd(seed=1, size=200):
    """Three clearly separated kinds of customers."""
    draw = np.random.default_rng(seed)
    kinds = draw.integers(0, 3, size)
    centres = np.array([[0.9, 0.2], [0.2, 0.9], [0.2, 0.2]])
    shares = np.clip(centres[kinds] + draw.normal(0, 0.05, (size, 2)), 0, 1)
    return kinds, {"loyalty": shares[:, 0], "engagement": shares[:, 1]}


def test_clusters_find_the_kinds_of_customers_and_their_traits():
    kinds, shares = crowd()
    found = discover(shares)
    assert {cluster.name for cluster in found.clusters} == {
        "High loyalty, low engagement",
        "High engagement, low loyalty",
        "Low engagement, low loyalty",
    }
    places = found.places(shares)
    for kind in range(3):
        assert len(set(places[kinds == kind].tolist())) == 1
    assert sum(cluster.customers for cluster in found.clusters) == 200


def test_clustering_is_reproducible():
    _, shares = crowd()
    assert discover(shares) == discover(shares)


def test_names_are_kept_while_the_groups_exist():
    _, shares = crowd(seed=1)
    before = discover(shares)
    renamed = msgspec.structs.replace(
        before,
        clusters=tuple(
            msgspec.structs.replace(cluster, name=f"Our group {place}")
            for place, cluster in enumerate(before.clusters)
        ),
    )
    _, later = crowd(seed=2, size=240)
    again = discover(later, renamed)
    assert {cluster.name for cluster in again.clusters} == {f"Our group {i}" for i in range(3)}


def test_too_few_customers_are_not_grouped():
    _, shares = crowd(size=20)
    assert discover(shares) is None


def test_equal_customers_are_one_group():
    shares = {"loyalty": np.full(100, 0.5), "engagement": np.full(100, 0.5)}
    found = discover(shares)
    assert [cluster.name for cluster in found.clusters] == ["In the middle"]


def test_unknown_signals_count_as_usual_and_clusters_are_json():
    _, shares = crowd()
    found = discover(shares)
    assert msgspec.convert(msgspec.to_builtins(found), Clusters) == found
    unknown = {"loyalty": np.array([np.nan]), "engagement": np.array([np.nan])}
    assert found.places(unknown).shape == (1,)
