"""The working copy of a scorecard equals the version until somebody changes it."""

from uuid import UUID

import msgspec

from pulse.scoring.calibration import Calibration
from pulse.scoring.scorecard import hand_set
from pulse.scoring.scorecard_store import Published
from tests.scoring.samples import CATALOGUE, some_measured
from ui.pages.scorecard.weights import Weights


async def changed() -> None:
    pass


def opened() -> Published:
    card = hand_set(CATALOGUE, some_measured(300))
    known = Calibration(-2.0, 0.05, 500, 300)
    learned = msgspec.structs.replace(card, origin="learned", calibration=known)
    return Published(UUID(int=1), 2, learned, tuple(CATALOGUE))


def test_an_unchanged_version_is_published_as_learned():
    version = opened()
    weights = Weights(version, changed, may=True)
    assert not weights.touched
    assert weights.card == version.card


async def test_changed_edges_keep_calibration_and_changed_weights_remove_it():
    version = opened()
    weights = Weights(version, changed, may=True)
    await weights._set_edges(30, 60)
    assert weights.touched
    assert weights.card.band_edges == (30, 60)
    assert weights.card.calibration == version.card.calibration
    heaviest = max(version.card.terms, key=lambda term: term.weight)
    weights._weights[heaviest.metric] = 50.0
    assert weights.card.calibration is None
    assert weights.card.origin == "hand_set"
    weights.open(version)
    assert not weights.touched


async def test_the_curve_follows_the_edited_metric():
    version = opened()
    weights = Weights(version, changed, may=True)
    lightest = min(version.card.terms, key=lambda term: term.weight)
    assert weights._state.curve_title != version.definitions[lightest.metric].label
    await weights._set(lightest.metric, 12.0)
    assert weights._state.curve_title == version.definitions[lightest.metric].label
