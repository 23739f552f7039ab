"""Checks of the data before learning, reported in words for a CSM.

They find leaks (columns that contain the outcome), reversed metrics, constants, ids, copies and
sensitive columns. A finding says whether its metric is left out of the learned scorecard.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from pulse.learning.backtest import auc_error
from pulse.learning.encoding import learn_encoder
from pulse.learning.ranking_metrics import auc
from pulse.learning.sensitive import sensitive_kind
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.tabular.header_names import words_of

FindingKind = Literal[
    "leak",
    "certain",
    "reversed",
    "constant",
    "id",
    "duplicate",
    "sensitive",
    "mostly_missing",
    "rises",
]

LEAK, LEAK_ERRORS = 0.35, 1.64
"""A metric is a leak when it alone ranks this far from chance (|AUC − 0.5|), by this many standard
errors, because with few outcomes some metric always looks good."""
NAMED_TELLS = 0.05
"""The distance for a metric whose name is about leaving."""
_LEAVING = frozenset({
    "churn", "churned", "churner", "attrition", "attrited", "leave", "leaver", "leaving",
    "retention", "winback", "offboarding", "terminated", "termination", "departure", "departed",
    "resigned", "propensity", "kundigung", "kuendigung", "gekundigt", "abwanderung", "resiliation",
    "desabonnement", "abandono", "baja", "cancelamento", "disdetta",
})  # fmt: skip
_ENDING = frozenset({
    "exit", "cancel", "cancelled", "canceled", "cancellation", "closure", "closing", "closed",
    "deactivation", "deactivated", "final", "unsubscribe", "unsubscribed", "lost", "end",
})  # fmt: skip
_ABOUT_IT = frozenset({
    "reason", "survey", "interview", "date", "fee", "request", "bill", "invoice", "call", "calls",
    "code", "type", "category", "score", "probability", "prob", "model", "offer", "settlement",
    "comment", "feedback", "penalty", "on", "at", "risk", "prediction",
})  # fmt: skip
REVERSED = 0.03
REVERSED_ERRORS = 3.0
"""A direction is reversed from this AUC distance on, and at this many standard errors."""
CERTAIN_LEAST, CERTAIN_EXPECTED = 30, 10.0
"""A value is certain with this many customers, if chance would give it that many of the other
outcome."""
FEW_VALUES = 20
SAME = 0.9999
ID_SHARE = 0.95
_ID_WORDS = frozenset({"id", "ids", "key", "uuid", "guid", "number", "no", "nr", "code", "index",
                       "row", "rownumber", "customerid", "clientnum", "email", "phone", "name",
                       "surname"})  # fmt: skip


class Finding(msgspec.Struct, frozen=True):
    """One finding about one metric."""

    kind: FindingKind
    metric: str
    text: str
    left_out: bool
    figure: float | None = None


def inspect(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    *,
    include_sensitive: bool = False,
) -> list[Finding]:
    """All findings by metric; those that leave a metric out come first."""
    findings: list[Finding] = []
    for definition in catalogue:
        values = measured[definition.key]
        findings += _about(definition, values, stayed)
        kind = sensitive_kind(definition.key) or sensitive_kind(definition.label)
        if kind:
            findings.append(_sensitive(definition, kind, left_out=not include_sensitive))
    gone = left_out(findings)
    findings += _duplicates([one for one in catalogue if one.key not in gone], measured)
    return sorted(findings, key=lambda finding: not finding.left_out)


def left_out(findings: Sequence[Finding]) -> set[str]:
    """The metrics that must not be learned from."""
    return {finding.metric for finding in findings if finding.left_out}


def strength_auc(values: Floats | Objects, stayed: Bools) -> float:
    """The AUC of one metric alone as a strength; categories by the outcomes of their levels."""
    if values.dtype == object:
        return _ranked_by_outcome(np.asarray(values, dtype=object), stayed)
    numbers = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(numbers)
    return auc(stayed[known], numbers[known])


def _about(definition: MetricDefinition, values: Floats | Objects, stayed: Bools) -> list[Finding]:
    label, known = definition.label, _known(values)
    distinct = _distinct(values, known)
    if distinct < 2 and known.all():
        return [Finding("constant", definition.key, f"“{label}” is the same for everybody.", True)]
    if not known.any():
        return [Finding("mostly_missing", definition.key, f"“{label}” is never known.", True)]
    if _is_id(definition, values, known, distinct):
        text = f"“{label}” has another value for nearly every customer: it names them."
        return [Finding("id", definition.key, text, True)]
    leak = _leak(definition, values, known, stayed)
    if leak:
        return [leak]
    found = [_certain(definition, values, stayed), _reversed(definition, values, known, stayed)]
    found.append(_missing(definition, known))
    return [finding for finding in found if finding]


def _leak(
    definition: MetricDefinition, values: Floats | Objects, known: Bools, stayed: Bools
) -> Finding | None:
    alone = max(
        abs(strength_auc(values, stayed) - 0.5),
        _ranked_by_outcome(_grouped(values), stayed) - 0.5,
        abs(auc(stayed, known.astype(np.float64)) - 0.5),
    )
    error = auc_error(0.5 + alone, int(stayed.sum()), int((~stayed).sum()))
    if alone - LEAK_ERRORS * error > LEAK:
        said = f"“{definition.label}” alone tells who left (AUC {0.5 + alone:.3f})"
    elif alone > NAMED_TELLS and mentions_leaving(definition.key):
        said = f"“{definition.label}” speaks of leaving by its name (AUC {0.5 + alone:.3f})"
    else:
        return None
    text = f"{said}: it was probably recorded afterwards, so nothing is learned from it."
    return Finding("leak", definition.key, text, True, 0.5 + alone)


def mentions_leaving(name: str) -> bool:
    """Whether a name suggests that the column was filled at leaving:

    `churn_score`, `final_bill`.
    """
    words = set(words_of(name))
    return bool(words & _LEAVING or (words & _ENDING and words & _ABOUT_IT))


def _certain(
    definition: MetricDefinition, values: Floats | Objects, stayed: Bools
) -> Finding | None:
    """A value whose customers all stayed, or all left."""
    grouped = _grouped(values)
    names, place = np.unique(grouped.astype(str), return_inverse=True)
    if names.size > FEW_VALUES * 5:
        return None
    count, kept = np.bincount(place), np.bincount(place, weights=stayed)
    usual = float(stayed.mean())
    for name, customers, remained in zip(names, count, kept, strict=True):
        rarer = 1 - usual if remained == customers else usual if remained == 0 else 0.0
        if customers >= CERTAIN_LEAST and customers * rarer >= CERTAIN_EXPECTED:
            fate = "stayed" if remained else "left"
            text = (
                f"Every one of the {customers:,} customers with “{definition.label}” = {name} "
                f"{fate}: check that it was known beforehand."
            )
            return Finding("certain", definition.key, text, False, float(customers))
    return None


def _reversed(
    definition: MetricDefinition, values: Floats | Objects, known: Bools, stayed: Bools
) -> Finding | None:
    if definition.direction == "none" or values.dtype == object:
        return None
    rank = strength_auc(values, stayed)
    wrong = 0.5 - rank if definition.direction == "higher" else rank - 0.5
    yes, no = int(stayed[known].sum()), int((~stayed[known]).sum())
    error = np.sqrt((yes + no + 1) / (12.0 * yes * no)) if yes and no else np.inf
    if wrong < max(REVERSED, REVERSED_ERRORS * error):
        return None
    more = "more" if definition.direction == "higher" else "less"
    text = (
        f"“{definition.label}” is taken as stronger when {more}, but here it goes with leaving "
        f"(AUC as a strength {rank:.3f})."
    )
    return Finding("reversed", definition.key, text, False, rank)


def _missing(definition: MetricDefinition, known: Bools) -> Finding | None:
    share = float(known.mean())
    if share >= 0.5:
        return None
    text = f"“{definition.label}” is known for only {share:.0%} of the customers."
    return Finding("mostly_missing", definition.key, text, False, share)


def _sensitive(definition: MetricDefinition, kind: str, *, left_out: bool) -> Finding:
    fate = "learned scorecards leave it out unless an admin includes it with a reason"
    if not left_out:
        fate = f"counted here by choice; {fate}"
    text = f"“{definition.label}” is sensitive ({kind}): {fate}."
    return Finding("sensitive", definition.key, text, left_out)


def _is_id(
    definition: MetricDefinition, values: Floats | Objects, known: Bools, distinct: int
) -> bool:
    customers = int(known.sum())
    if customers < 50 or distinct < ID_SHARE * customers:
        return False
    if values.dtype == object:
        return True
    numbers = np.asarray(values, dtype=np.float64)[known]
    if (numbers != np.floor(numbers)).any() or distinct < customers:
        return False
    consecutive = numbers.max() - numbers.min() + 1 == customers
    named = bool(_ID_WORDS & set(words_of(definition.key)))
    return bool(consecutive or named)


def _duplicates(
    catalogue: Sequence[MetricDefinition], measured: Mapping[str, Floats | Objects]
) -> list[Finding]:
    """Later metrics with the same content as an earlier one, apart from scale or names."""
    found: list[Finding] = []
    seen: list[tuple[MetricDefinition, tuple[bool, Floats]]] = []
    for definition in catalogue:
        ranks = _ranks(measured[definition.key])
        twin = next((other for other, theirs in seen if _same(ranks, theirs)), None)
        if twin is None:
            seen.append((definition, ranks))
            continue
        text = f"“{definition.label}” says the same as “{twin.label}”; one of them is enough."
        found.append(Finding("duplicate", definition.key, text, True))
    return found


def _ranks(values: Floats | Objects) -> tuple[bool, Floats]:
    if values.dtype == object:
        first_seen: dict[object, float] = {}
        codes = [first_seen.setdefault(value, float(len(first_seen))) for value in values]
        return True, np.array(codes)
    numbers = np.nan_to_num(np.asarray(values, dtype=np.float64), nan=-np.inf)
    _, place, count = np.unique(numbers, return_inverse=True, return_counts=True)
    middle = (np.cumsum(count) - (count - 1) / 2)[place]
    centred = middle - middle.mean()
    size = np.sqrt((centred**2).sum())
    return False, centred / size if size else centred


def _same(mine: tuple[bool, Floats], other: tuple[bool, Floats]) -> bool:
    if mine[0] != other[0]:
        return False
    if mine[0]:
        return bool((mine[1] == other[1]).all())
    return bool(abs(mine[1] @ other[1]) > SAME)


def _ranked_by_outcome(values: Objects, stayed: Bools) -> float:
    one = MetricDefinition("it", "it", "", "engagement", "none", "attribute_category")
    named = np.array([str(value) for value in values], dtype=object)
    encoder = learn_encoder([one], {"it": named}, stayed)
    return auc(stayed, encoder.matrix({"it": named})[:, 0])


def _grouped(values: Floats | Objects) -> Objects:
    """Texts unchanged; numbers unchanged when few are distinct, else in twenty equal groups."""
    if values.dtype == object:
        return np.asarray(values, dtype=object)
    numbers = np.asarray(values, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    distinct = np.unique(known)
    if distinct.size <= FEW_VALUES:
        return np.array([f"{value:g}" for value in numbers], dtype=object)
    cuts = np.quantile(known, np.linspace(0, 1, FEW_VALUES + 1)[1:-1])
    groups = np.where(np.isnan(numbers), -1, np.searchsorted(cuts, numbers))
    return np.array([f"group {group}" for group in groups], dtype=object)


def _known(values: Floats | Objects) -> Bools:
    if values.dtype == object:
        return np.fromiter((value is not None for value in values), bool, len(values))
    return ~np.isnan(np.asarray(values, dtype=np.float64))


def _distinct(values: Floats | Objects, known: Bools) -> int:
    return len(set(values[known].tolist()))
