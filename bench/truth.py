"""Is the score believable? Checked on the demo shop's real orders, IBM's list, and random
histories.

- risers: customers whose strength rose on a later day although nothing happened; over every demo
  customer at three dates and 10,000 random histories, by the shop's scorecard and a learned one.
- silent_not_fragile: steady or strong although silent for two horizons or three usual gaps.
- auc: ROC-AUC for "an order within 90 days" among customers of the 180 days before, point in time
  at three dates. Models are learned only from outcomes known by then. Peers: days since the last
  order, MBG/NBD (Batislam 2007), LightGBM, logistic regression.
- bands: who came back, by band and lifecycle. ece: calibration error forward in time.
- cards: the results of `pulse.cards.evaluation` for the replayed year, when requested.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pulse.demo import lantern
from pulse.demo.catalogue import BAND_EDGES, CATALOGUE, RHYTHM, WEIGHTS
from pulse.learning.churn import logistic, model
from pulse.learning.churn.cross_validation import cross_validate
from pulse.learning.churn.dataset import read_labelled
from pulse.learning.churn.evaluation import without_directions
from pulse.learning.data_checks import inspect, left_out
from pulse.learning.outcomes import by_events
from pulse.learning.ranking_metrics import auc, calibration_bins
from pulse.learning.trees.fitting import Fitted, fit, usable
from pulse.scoring.bands import BANDS, bands_of
from pulse.scoring.calibration import stay_probabilities
from pulse.scoring.lifecycle.standing import Rhythm, learn_rhythm, standing
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import EventColumns, Facts, Floats, Past
from pulse.scoring.scorecard import Scorecard, hand_set, score

WITHIN, ACTIVE = 90.0, 180.0
DATES = (90, 120, 150)
"""Days before the last order at which scores are computed."""
SILENT_DAYS = (1, 3, 7, 14, 25, 31, 45, 60, 90, 150, 220, 365, 730)
RANDOM = 10_000
LIST = Path(lantern.__file__).parent / "data" / "telco-customer-churn.csv.gz"


def run() -> dict[str, Any]:
    """The results, on the data that ships with Pulse."""
    facts = shop()
    end = float(facts.events.at.max())
    rhythm = learn_rhythm(facts, end)
    card = shop_card()
    dates = {days: _at(facts, end - days, card, rhythm) for days in DATES}
    learned = fitted_before(facts, end - DATES[0]).scorecard
    cards = {"shop": card, "learned": learned}
    random = histories(RANDOM)
    pasts = [(facts, end - days) for days in DATES] + [(random, float(random.events.at.max()))]
    ours = [dates[days]["auc"]["scorecard"] for days in DATES]
    best = [max(v for k, v in dates[days]["auc"].items() if k in FREE) for days in DATES]
    meridian = _meridian()
    return {
        "ours": round(float(np.mean(ours)), 4),
        "peer": round(float(np.mean(best)), 4),
        "ratio": round(float(np.mean(ours) / np.mean(best)), 4),
        "unit": "ROC-AUC of the shop's scorecard, mean of three dates, beside the best peer's",
        "details": {
            "risers": sum(risers(past, at, one) for past, at in pasts for one in cards.values()),
            "silent_not_fragile": sum(
                silent_not_fragile(past, at, one, rhythm)
                for past, at in pasts
                for one in cards.values()
            ),
            "auc": {f"lantern −{days}": dates[days]["auc"] for days in DATES}
            | {"meridian": meridian["auc"]},
            "bands": {f"lantern −{days}": dates[days]["bands"] for days in DATES},
            "cards": _cards(),
            "ece": {f"lantern −{days}": dates[days]["ece"] for days in DATES}
            | {"meridian": meridian["ece"]},
            "base_rate": {f"lantern −{days}": dates[days]["base_rate"] for days in DATES},
            "horizon_days": rhythm.horizon,
            "usual_gap_days": rhythm.usual_gap,
        },
    }


FREE = ("lightgbm", "logistic", "recency", "mbg_nbd")


@cache
def shop() -> Facts:
    """All customers and orders of the demo shop."""
    past = lantern.history(date(2026, 1, 1))
    place = {name: row for row, name in enumerate(past.customers["external_id"])}
    events = EventColumns.of(
        [place[event.external_id] for event in past.events],
        [event.occurred_at.timestamp() / 86_400 for event in past.events],
        [event.kind for event in past.events],
        [np.nan if event.amount is None else event.amount for event in past.events],
    )
    return Facts(len(place), events=events)


@cache
def shop_card() -> Scorecard:
    """The demo shop's own scorecard, as the demo sets it at the end of its year."""
    end = float(shop().events.at.max())
    active = standing(Past(shop(), end), RHYTHM).in_rhythm
    measured = measure(shop(), CATALOGUE, end)
    return hand_set(CATALOGUE, measured, WEIGHTS, BAND_EDGES, active)


def histories(size: int, seed: int = 0) -> Facts:
    """Random customers: one order or hundreds, in bursts, cancelled wholly or in part."""
    draw = np.random.default_rng(seed)
    orders = np.maximum(1, draw.geometric(draw.choice([0.9, 0.3, 0.05], size)))
    who = np.repeat(np.arange(size), orders)
    pace = draw.choice([0.2, 3.0, 20.0, 120.0], size)[who]
    at = draw.uniform(0, 300, size)[who] + draw.exponential(pace, who.size)
    amount = np.round(draw.lognormal(4, 1.5, who.size), 2)
    back = np.flatnonzero(draw.random(who.size) < 0.15)
    share = np.where(draw.random(back.size) < 0.5, 1.0, draw.random(back.size))
    kinds = np.repeat(["order", "cancellation"], [who.size, back.size])
    return Facts(
        size,
        events=EventColumns.of(
            np.concatenate([who, who[back]]),
            np.concatenate([at, at[back] + draw.exponential(20.0, back.size)]),
            kinds.tolist(),
            np.concatenate([amount, -np.round(amount[back] * share, 2)]),
        ),
    )


def until(facts: Facts, as_of: float) -> Facts:
    """The same customers without anything after that day."""
    events = facts.events
    kept = events.at <= as_of
    return Facts(
        facts.size,
        events=EventColumns(
            events.customer[kept], events.at[kept], events.kind[kept], events.amount[kept],
            events.names,
        ),
    )  # fmt: skip


def risers(facts: Facts, as_of: float, card: Scorecard) -> int:
    """Customers whose strength rises on any later day on which nothing has happened."""
    quiet = until(facts, as_of)
    here = Past(quiet, as_of).present
    before = strengths(quiet, as_of, card)
    rose = np.zeros(facts.size, dtype=bool)
    for days in SILENT_DAYS:
        after = strengths(quiet, as_of + days, card)
        rose |= here & (after > before + 1e-9)
        before = after
    return int(rose.sum())


def silent_not_fragile(facts: Facts, as_of: float, card: Scorecard, rhythm: Rhythm) -> int:
    """Customers steady or strong although silent for two horizons or more than three usual gaps."""
    quiet, found = until(facts, as_of), 0
    for days in (0, *SILENT_DAYS):
        stand = standing(Past(quiet, as_of + days), rhythm)
        band = bands_of(strengths(quiet, as_of + days, card), card.band_edges)
        good = np.isin(band.astype(str), ("steady", "strong")) & ~stand.outside
        found += int((good & ((stand.silent > 2 * rhythm.horizon) | (stand.lateness > 3))).sum())
    return found


def strengths(facts: Facts, as_of: float, card: Scorecard) -> Floats:
    """[N] strengths as of a day."""
    return score(card, measure(facts, CATALOGUE, as_of)).strength


def fitted_before(facts: Facts, as_of: float) -> Fitted:
    """A scorecard learned from the pooled outcomes that were known by then."""
    rows, measured, stayed = _pooled(facts, as_of)
    return fit(CATALOGUE, measured, stayed, groups=rows)


def _pooled(facts: Facts, as_of: float) -> tuple[Any, dict[str, Any], Any]:
    dates = [as_of - WITHIN - step * 30.0 for step in range(3)]
    found = [by_events(facts, date, event="order", within_days=WITHIN, active_days=ACTIVE)
             for date in dates]  # fmt: skip
    measured = [measure(facts, CATALOGUE, date) for date in dates]
    both = list(zip(measured, found, strict=True))
    return (
        np.concatenate([np.flatnonzero(one.known) for one in found]),
        {m.key: np.concatenate([v[m.key][o.known] for v, o in both]) for m in CATALOGUE},
        np.concatenate([one.stayed[one.known] for one in found]),
    )


def _at(facts: Facts, as_of: float, card: Scorecard, rhythm: Rhythm) -> dict[str, Any]:
    """One date: AUC with the peers, who came back by band, calibration of the learned card."""
    found = by_events(facts, as_of, event="order", within_days=WITHIN, active_days=ACTIVE)
    known, stayed = found.known, found.stayed[found.known]
    now = {key: values[known] for key, values in measure(facts, CATALOGUE, as_of).items()}
    _, seen, outcome = _pooled(facts, as_of)
    fitted = fitted_before(facts, as_of)
    used = usable(CATALOGUE, fitted.report.findings)
    ours, learned = score(card, now).strength, score(fitted.scorecard, now).strength
    stand = standing(Past(facts, as_of), rhythm)
    said = {
        "scorecard": ours,
        "learned": learned,
        "recency": -np.nan_to_num(now["days_since_order"], nan=9e9),
        "mbg_nbd": mbg_nbd(until(facts, as_of), as_of)[known],
        "lightgbm": model.fit(used, seen, outcome).raw(now),
        "logistic": logistic.fit(used, seen, outcome).raw(now),
    }
    inside = ~stand.outside[known]
    return {
        "auc": {name: round(auc(stayed, value), 4) for name, value in said.items()},
        "bands": _bands(card, ours, stand.state[known], stayed),
        "ece": _ece(stay_probabilities(_calibration(fitted), learned[inside]), stayed[inside]),
        "base_rate": round(float(stayed.mean()), 3),
    }


def _calibration(fitted: Fitted) -> Any:
    assert fitted.scorecard.calibration is not None
    return fitted.scorecard.calibration


def _bands(card: Scorecard, strength: Floats, state: Any, stayed: Any) -> dict[str, Any]:
    """Group → customers and the share that came back."""
    group = bands_of(strength, card.band_edges)
    group[np.isin(state.astype(str), ("lapsed", "left"))] = "lapsed"
    group[state == "onboarding"] = "onboarding"
    return {
        name: {"customers": int(mine.sum()), "returned": round(float(stayed[mine].mean()), 3)}
        for name in (*reversed(BANDS), "onboarding", "lapsed")
        if (mine := group == name).any()
    }


def _ece(probability: Floats, stayed: Any) -> float:
    """Expected calibration error over ten equal groups."""
    bins = calibration_bins(stayed, probability)
    total = sum(one.customers for one in bins)
    gaps = sum(one.customers * abs(one.predicted - one.observed) for one in bins)
    return round(gaps / total, 4)


def mbg_nbd(facts: Facts, as_of: float) -> Floats:
    """[N] expected order days per day, by the modified BG/NBD model fitted to all customers."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    days = measure(facts, CATALOGUE, as_of)
    orders = np.nan_to_num(np.asarray(days["orders"], np.float64))
    x = np.maximum(orders - 1, 0)
    seen = np.nan_to_num(np.asarray(days["span"], np.float64))
    age = np.nan_to_num(seen + np.asarray(days["days_since_order"], np.float64), nan=1.0)

    def parts(logs: Any) -> tuple[Any, ...]:
        r, alpha, a, b = np.exp(logs)
        return r, alpha, a, b

    def loss(logs: Any) -> float:
        r, alpha, a, b = parts(logs)
        one = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        two = gammaln(a + b) + gammaln(b + x + 1) - gammaln(b) - gammaln(a + b + x + 1)
        three = -(r + x) * np.log(alpha + age)
        four = np.log(a) - np.log(b + x) + (r + x) * np.log((alpha + age) / (alpha + seen))
        return float(-(one + two + three + np.logaddexp(four, 0)).mean())

    start = np.log([1.0, 50.0, 0.5, 2.0])
    r, alpha, a, b = parts(minimize(loss, start, method="Nelder-Mead").x)
    alive = 1 / (1 + a / (b + x) * ((alpha + age) / (alpha + seen)) ** (r + x))
    return np.where(orders > 0, alive * (r + x) / (alpha + age), 0.0)


def _meridian() -> dict[str, Any]:
    """IBM's list in five folds: every model on customers it has not seen."""
    labelled = read_labelled(LIST, "Churn", "Yes", "customerID")
    findings = inspect(labelled.catalogue, labelled.measured, labelled.stayed)
    used = without_directions(labelled, left_out(findings))
    judged = cross_validate(used, labelled.measured, labelled.stayed)
    return {
        "auc": {name: round(judged.judged(name).auc, 4) for name in judged.probability},
        "ece": _ece(judged.probability["scorecard"], labelled.stayed),
    }


def _cards() -> dict[str, Any] | None:
    """The evaluation of the replayed year's cards; None when not requested."""
    try:
        from bench import truth_cards
    except ImportError:
        return None
    found: dict[str, Any] = truth_cards.figures()
    return found
