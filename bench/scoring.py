"""Rescore with all factors: a million customers × 20 metrics; peer: SHAP values of a free model.

Ours is a scorecard learned on the same customers, from measured values to strength, coverage and
every factor. The peer is shap.TreeExplainer on an ordinary LightGBM of 150 trees × 31 leaves, timed
on a sample (its cost is linear in the rows). Both run on the same machine in the same run.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import numpy as np

from pulse.learning.churn.shap_check import additivity_error
from pulse.learning.ranking_metrics import auc
from pulse.learning.trees.fitting import Fitted, learn
from pulse.scoring.metrics.catalogue import SIGNALS, MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.scoring.scorecard import score

CUSTOMERS = 1_000_000
METRICS = 20
CATEGORIES = 4
LEARNED_ON = 20_000
SHAP_ROWS = 2_000
ROUNDS = 3
TARGET_SECONDS = 3.0
RESCORED_PART, LEAST_RESCORED = 5, 2_000
"""The rescoring with its database uses a fifth of the customers; all of them take five times as
long."""

Measured = dict[str, Floats | Objects]


def run(customers: int = CUSTOMERS) -> dict[str, Any]:
    """The results: seconds for a million customers, and the accuracy of both."""
    measured, stayed = _customers(customers)
    catalogue = _catalogue(measured)
    learned = min(LEARNED_ON, customers // 2)
    some = {key: values[:learned] for key, values in measured.items()}
    fitted = learn(catalogue, some, stayed[:learned])
    seconds, processor = [], []
    for _ in range(ROUNDS):
        started, worked = time.perf_counter(), time.process_time()
        scores = score(fitted.scorecard, measured)
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - worked)
    ours = statistics.median(seconds)
    shap_seconds, peer_auc = _shap_on_a_free_model(fitted, some, measured, stayed)
    peer = shap_seconds * customers
    return {
        "ours": round(ours, 3),
        "peer": round(peer, 1),
        "ratio": round(peer / ours, 1),
        "unit": f"seconds for {customers:,} customers x 20 metrics with all factors",
        "details": {
            "target_seconds": TARGET_SECONDS,
            "rounds": [round(each, 3) for each in seconds],
            "processor_seconds": round(statistics.median(processor), 3),
            "max_additivity_error": additivity_error(scores),
            "auc": round(auc(stayed[learned:], scores.strength[learned:]), 4),
            "peer_auc": round(peer_auc, 4),
            "pairs": len(fitted.scorecard.pairs),
            "peer_rows_timed": min(SHAP_ROWS, learned),
            "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "one_customer_ms": round(_one_customer(fitted, measured), 3),
            "whole": _whole(max(customers // RESCORED_PART, LEAST_RESCORED)),
        },
    }


def _whole(customers: int) -> dict[str, Any]:
    """Reading, scoring, writing and snapshots in a database, in a separate process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.rescoring", str(customers)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"seconds_a_million": round(found["seconds"] / customers * 1_000_000, 1)}


def _customers(count: int) -> tuple[Measured, Bools]:
    """Generated customers with missing values, categories, and outcomes."""
    draw = np.random.default_rng(11)
    measured: Measured = {}
    raw = np.zeros(count)
    for place in range(METRICS - CATEGORIES):
        values = draw.gamma(2.0, 3.0, count).round(1)
        raw += (-1.0) ** place * np.log1p(values) / (1 + place)
        values[draw.random(count) < 0.05] = np.nan
        measured[f"number {place}"] = values
    levels = np.array(["Basic", "Plus", "Gold", "Business"], dtype=object)
    for place in range(CATEGORIES):
        codes = draw.integers(0, len(levels), count)
        raw += (codes == 2) * 0.5
        measured[f"category {place}"] = levels[codes]
    stayed = draw.random(count) < 1 / (1 + np.exp(-(raw - np.median(raw)) - 1))
    return measured, stayed


def _catalogue(measured: Measured) -> list[MetricDefinition]:
    return [
        MetricDefinition(
            key,
            key,
            "",
            SIGNALS[place % len(SIGNALS)],
            "none",
            "attribute_category" if values.dtype == object else "attribute_number",
            {"attribute": key},
        )
        for place, (key, values) in enumerate(measured.items())
    ]


def _shap_on_a_free_model(
    fitted: Fitted, some: Measured, measured: Measured, stayed: Bools
) -> tuple[float, float]:
    """(Seconds for one customer, ROC-AUC) of an ordinary LightGBM explained by shap."""
    import lightgbm
    import shap

    x = fitted.encoder.matrix(some)
    learned, timed = len(x), min(SHAP_ROWS, len(x))
    settings = {"objective": "binary", "num_leaves": 31, "verbose": -1, "num_threads": 2}
    data = lightgbm.Dataset(x, stayed[:learned].astype(np.float64), params=settings)
    booster = lightgbm.train(settings, data, 150)
    rows = {key: values[learned : learned * 2] for key, values in measured.items()}
    unseen = fitted.encoder.matrix(rows)
    explainer = shap.TreeExplainer(booster)
    started = time.perf_counter()
    explainer(unseen[:timed])
    took = time.perf_counter() - started
    judged = auc(stayed[learned : learned * 2], booster.predict(unseen, raw_score=True))
    return took / timed, judged


def _one_customer(fitted: Fitted, measured: Measured) -> float:
    """Milliseconds to score one customer with all factors."""
    one = {key: values[:1] for key, values in measured.items()}
    started = time.perf_counter()
    for _ in range(200):
        score(fitted.scorecard, one)
    return (time.perf_counter() - started) / 200 * 1000
