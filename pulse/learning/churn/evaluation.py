"""`pulse evaluate`: evaluate a learned scorecard on any labelled list, without a database.

Reads the list, reports problems in it, cross-validates scorecard, unconstrained LightGBM and
logistic regression on the same folds, and checks the scorecard's factors against itself and shap.
"""

from pathlib import Path

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.learning.backtest import auc_error
from pulse.learning.churn.cross_validation import (
    MODELS,
    CrossValidated,
    MeanMetrics,
    Progress,
    cross_validate,
    rows_of,
)
from pulse.learning.churn.dataset import Labelled, read_labelled
from pulse.learning.churn.shap_check import additivity_error, shap_difference
from pulse.learning.data_checks import Finding, inspect, left_out
from pulse.learning.folds import sample
from pulse.learning.trees.fitting import LEAST_OUTCOMES, Fitted, learn, refuse_too_few
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools
from pulse.scoring.scorecard import score

WITHIN = 0.01
"""Maximum difference of the scorecard's ROC-AUC to the best unconstrained model's."""
MOST_JUDGED = 50_000
"""The maximum number of customers in the folds; more do not change the third decimal."""
LEAST_JUDGED = 10
"""Customers of each outcome, two per fold; below LEAST_OUTCOMES the report warns."""
SHAP_ROWS = 2_000
SEED = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The results of `pulse evaluate`; field names are the keys of its JSON."""

    rows: int
    churned: int
    columns: int
    """The metrics learned from, after the data checks."""
    auc: dict[str, float]
    """ROC-AUC by model, mean over five folds, with all columns except leaks, ids and copies."""
    auc_without_sensitive: dict[str, float]
    """The same without sensitive columns; equal to `auc` when there are none."""
    max_additivity_error: float
    """Largest |base + factors − strength| over all customers, in points."""
    max_shap_difference: float
    """Largest difference of a factor from the shap library's, in points."""
    average_precision: dict[str, float]
    brier: dict[str, float]
    pairs: int
    behind: float
    """The best unconstrained model's AUC minus the scorecard's; negative when the scorecard is
    best."""
    remark: str
    sensitive: tuple[str, ...]
    left_out: tuple[str, ...]
    kept: tuple[str, ...]
    """Columns learned from although they look like leaks, as asked for."""
    kept_why: str
    """The reason given for it."""
    warnings: tuple[str, ...]


class Keep(msgspec.Struct, frozen=True):
    """Columns to learn from although they look like leaks, and why."""

    columns: tuple[str, ...] = ()
    why: str = ""


NOTHING_KEPT = Keep()


def evaluate_file(
    path: str | Path,
    label: str,
    churned: str,
    id_column: str | None = None,
    progress: Progress = lambda done, of: None,
    keep: Keep = NOTHING_KEPT,
) -> Report:
    """Evaluate a labelled list. label: the outcome's column; churned: its value for "left".

    Blocking; takes minutes for very long lists. Raises Invalid with a readable reason.
    """
    return evaluate(read_labelled(Path(path), label, churned, id_column), progress, keep)


def evaluate(
    labelled: Labelled,
    progress: Progress = lambda done, of: None,
    keep: Keep = NOTHING_KEPT,
) -> Report:
    """Evaluate customers with outcomes."""
    stayed = labelled.stayed
    refuse_too_few(stayed, LEAST_JUDGED)
    kept = _kept_keys(labelled, keep)
    findings = inspect(
        labelled.catalogue, labelled.measured, stayed, include_sensitive=True, kept=kept
    )
    sensitive = {finding.metric for finding in findings if finding.kind == "sensitive"}
    used = without_directions(labelled, left_out(findings))
    plain = [definition for definition in used if definition.key not in sensitive]
    if not plain:
        raise Invalid("No column is left to learn from.", code="NOTHING_TO_LEARN_FROM")
    halves = 2 if len(plain) < len(used) else 1
    judged = _validate(labelled, used, lambda done, of: progress(done, of * halves))
    without = judged
    if halves > 1:
        without = _validate(labelled, plain, lambda done, of: progress(of + done, of * halves))
    fitted = learn(used, labelled.measured, stayed)
    report = _report(labelled, fitted, findings, judged, without)
    leaks = [f.metric for f in findings if f.kind == "leak" and not f.left_out]
    idle = tuple(
        f"keep: “{key}” is not left out as a leak, so keeping it changes nothing."
        for key in kept
        if key not in leaks
    )
    return msgspec.structs.replace(
        report, kept=tuple(leaks), kept_why=keep.why, warnings=(*report.warnings, *idle)
    )


def _kept_keys(labelled: Labelled, keep: Keep) -> list[str]:
    """The metrics of the columns to keep, ignoring spaces and case. Raises Invalid."""
    if keep.columns and not keep.why.strip():
        raise Invalid("Give a reason for keeping what looks like a leak.", code="REASON_MISSING")
    known = {_plain(definition.key): definition.key for definition in labelled.catalogue}
    if unknown := [name for name in keep.columns if _plain(name) not in known]:
        raise Invalid(
            Sentence(
                "There is no column “{wanted}” to keep. There are: {columns}.",
                wanted=unknown[0],
                columns=", ".join(known.values()),
            ),
            code="COLUMN_MISSING",
        )
    return [known[_plain(name)] for name in keep.columns]


def _plain(name: str) -> str:
    return " ".join(name.split()).lower()


def without_directions(labelled: Labelled, gone: set[str]) -> list[MetricDefinition]:
    """The metrics to learn from, without directions, because nobody has declared any.

    Only a time since something keeps one, as in Scorecard → Learn: it may not raise a strength.
    """
    return [
        msgspec.structs.replace(
            definition, direction="lower" if definition.kind == "attribute_days_since" else "none"
        )
        for definition in labelled.catalogue
        if definition.key not in gone
    ]


def _validate(
    labelled: Labelled, used: list[MetricDefinition], progress: Progress
) -> CrossValidated:
    rows = sample(labelled.stayed, MOST_JUDGED, SEED)
    return cross_validate(used, rows_of(labelled.measured, rows), labelled.stayed[rows], progress)


def _report(
    labelled: Labelled,
    fitted: Fitted,
    findings: list[Finding],
    judged: CrossValidated,
    without: CrossValidated,
) -> Report:
    everybody = score(fitted.scorecard, labelled.measured)
    rows = sample(labelled.stayed, SHAP_ROWS, SEED)
    by_model = {name: judged.judged(name) for name in MODELS}
    area = {name: figures.auc for name, figures in by_model.items()}
    behind = max(area["lightgbm"], area["logistic"]) - area["scorecard"]
    return Report(
        rows=len(labelled.stayed),
        churned=int((~labelled.stayed).sum()),
        columns=len(fitted.scorecard.terms),
        auc=area,
        auc_without_sensitive={name: without.judged(name).auc for name in MODELS},
        max_additivity_error=additivity_error(everybody),
        max_shap_difference=shap_difference(fitted, rows_of(labelled.measured, rows)),
        average_precision=_column(by_model, "average_precision"),
        brier=_column(by_model, "brier"),
        pairs=len(fitted.scorecard.pairs),
        behind=behind,
        remark=_remark(behind, area, judged.pairs, labelled),
        sensitive=tuple(f.metric for f in findings if f.kind == "sensitive"),
        left_out=tuple(f.metric for f in findings if f.left_out and not _made_here(f)),
        kept=(),
        kept_why="",
        warnings=(
            *_few(labelled.stayed),
            *labelled.warnings,
            *(_warning(f) for f in findings if not _made_here(f)),
        ),
    )


def _column(by_model: dict[str, MeanMetrics], figure: str) -> dict[str, float]:
    return {name: getattr(figures, figure) for name, figures in by_model.items()}


def _few(stayed: Bools) -> list[str]:
    """A warning where a figure may be due to chance, because there are few outcomes."""
    rarer = int(min(stayed.sum(), (~stayed).sum()))
    if rarer >= LEAST_OUTCOMES:
        return []
    error = auc_error(0.75, rarer, len(stayed) - rarer)
    return [
        f"Only {rarer:,} outcomes of the rarer kind: an AUC may be off by {1.96 * error:.2f} "
        f"either way by chance, and Scorecard → Learn asks for {LEAST_OUTCOMES}."
    ]


def _warning(finding: Finding) -> str:
    return f"{finding.kind}: {finding.words}"


def _made_here(finding: Finding) -> bool:
    """Whether a finding is about copies among "is it known" metrics, which Pulse itself adds."""
    return finding.metric.endswith(" known") and finding.kind in ("duplicate", "constant")


def _remark(behind: float, area: dict[str, float], pairs: int, labelled: Labelled) -> str:
    best = "LightGBM" if area["lightgbm"] >= area["logistic"] else "logistic regression"
    if behind <= 0:
        return f"The scorecard ranks at least as well as the best free model ({best})."
    if behind <= WITHIN:
        return f"The scorecard comes within {behind:.3f} of the best free model ({best})."
    return f"The scorecard stays {behind:.3f} behind {best}: {_why(best, pairs, labelled)}"


def _why(best: str, pairs: int, labelled: Labelled) -> str:
    if best == "logistic regression":
        left = int((~labelled.stayed).sum())
        return (
            f"with {min(left, len(labelled.stayed) - left):,} outcomes of the rarer kind, straight "
            "lines are surer than curves."
        )
    holes = np.mean([np.mean([v is None or v != v for v in values[:1000]])
                     for values in labelled.measured.values()])  # fmt: skip
    if holes > 0.1:
        return (
            f"{holes:.0%} of the values are not known, which free trees use and a score must not."
        )
    joint = f"beyond the {pairs} pairs it found" if pairs else "though no pair stood out"
    return f"metrics work together {joint}."
