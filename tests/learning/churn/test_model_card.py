"""The model card: one file without external resources, every text escaped."""

import re
from datetime import date
from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest

from pulse.learning.backtest import backtest
from pulse.learning.churn.out_of_time import forward
from pulse.learning.model_card.html import About, model_card
from pulse.learning.trees.fitting import fit
from pulse.scoring.scorecard import hand_set, score
from tests.learning.test_fitting import CATALOGUE, customers
from tests.scoring.samples import CATALOGUE as SHOP
from tests.scoring.samples import some_measured

ABOUT = About("Lantern & Sons <i>", 3, date(2026, 5, 1), "Learned from spring")


class WellFormed(HTMLParser):
    VOID = frozenset({"meta", "line", "rect", "polyline"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def learned():
    measured, stayed = customers()
    return fit(CATALOGUE, measured, stayed)


@pytest.fixture(scope="module")
def judged():
    return forward(CATALOGUE, customers(seed=3), customers(seed=4), days_before=60)


def test_forward_in_time_the_scorecard_is_compared_with_other_models(judged):
    assert judged.enough
    assert judged.auc > 0.75
    assert {peer.name for peer in judged.peers} == {"LightGBM", "Logistic regression"}
    assert judged.auc > max(peer.auc for peer in judged.peers) - 0.03


def test_a_published_scorecard_can_be_evaluated_instead(learned):
    found = forward(
        CATALOGUE,
        customers(seed=3),
        customers(seed=4),
        days_before=30,
        published_card=learned.scorecard,
    )
    measured, stayed = customers(seed=4)
    alone = backtest(
        score(learned.scorecard, measured).strength,
        stayed,
        days_before=30,
        band_edges=learned.scorecard.band_edges,
    )
    assert found.auc == alone.auc


def test_the_card_is_one_well_formed_file_without_external_resources(learned, judged):
    too_few = backtest(np.array([50.0]), np.array([True]), days_before=90, band_edges=(40, 70))
    page = model_card(ABOUT, learned.scorecard, CATALOGUE, learned.report, [judged, too_few])
    checked = WellFormed()
    checked.feed(page)
    assert checked.open == []
    assert not re.search(r"https?:|src=|<script|url\(|@import", page)
    assert "Lantern &amp; Sons &lt;i&gt;" in page
    assert "Not enough data" in page
    assert page.count("<figure>") == 4
    assert "ROC-AUC over inner folds" in page
    assert not re.search(r"\.[A-Z][a-z]+ ", page)  # a space between sentences


def test_the_card_is_written_in_another_language(learned, judged):
    page = model_card(ABOUT, learned.scorecard, CATALOGUE, learned.report, [judged], language="de")
    assert '<html lang="de">' in page
    for words in (
        "Identitätsstärke von Lantern &amp; Sons &lt;i&gt;, Version 3",
        "Was sie gewichtet",
        "Sie gewichtet keine Kennzahl, die als sensibel bekannt ist",
        "Abgewanderte finden",
        f"{judged.auc:.3f}".replace(".", ","),
    ):
        assert words in page


def test_a_hand_set_card_shows_curves_and_limits():
    card = hand_set(SHOP, some_measured(300))
    page = model_card(ABOUT, card, SHOP)
    assert "Set by hand" in page
    assert "Orders in 90 days" in page
    assert 'class="spark"' in page
    assert "It weighs no metric known to be sensitive" in page


def test_sensitive_metrics_are_named():
    card = hand_set(SHOP, some_measured(300))
    terms = (msgspec.structs.replace(card.terms[0], metric="customer_age"), *card.terms[1:])
    page = model_card(ABOUT, msgspec.structs.replace(card, terms=terms), SHOP)
    assert "It weighs sensitive metrics: customer_age." in page
