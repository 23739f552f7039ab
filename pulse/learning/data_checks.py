"""Checks of the data before learning, reported in words for a CSM.

They find leaks (columns that contain the outcome), reversed metrics, constants, ids, copies and
sensitive columns. A finding says whether its metric is left out of the learned scorecard.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from pulse.i18n.sentences import Number, Sentence, Share, as_text, from_text, marked
from pulse.learning.known_flags import known_of
from pulse.learning.leaks import sign_of_leak
from pulse.learning.single_metric import (
    FEW_VALUES,
    distinct_values,
    grouped_values,
    strength_auc,
    texts_of,
)
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.tabular.guesses.sensitive import is_age_of_thing, sensitive_kind, sensitive_values
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

RECORDED_AFTERWARDS = marked(
    "{said}: it was probably recorded afterwards, so nothing is learned from it."
)
KEPT_LEAK = marked(
    "{said}: known only after the customer left? It is learned from by choice. If it is recorded "
    "afterwards, the accuracy is too high and the strength says what has already happened."
)
ALL_STAYED = marked(
    "Every one of the {n} customers with “{metric}” = {value} stayed: check that it was known "
    "beforehand."
)
ALL_LEFT = marked(
    "Every one of the {n} customers with “{metric}” = {value} left: check that it was known "
    "beforehand."
)
MORE_IS_WORSE = marked(
    "“{metric}” is taken as stronger when more, but here it goes with leaving (AUC as a strength "
    "{auc})."
)
LESS_IS_WORSE = marked(
    "“{metric}” is taken as stronger when less, but here it goes with leaving (AUC as a strength "
    "{auc})."
)
SENSITIVE = marked(
    "“{metric}” is sensitive ({kind}): learned scorecards leave it out unless an admin includes it "
    "with a reason."
)
SENSITIVE_COUNTED = marked(
    "“{metric}” is sensitive ({kind}): counted here by choice; learned scorecards leave it out "
    "unless an admin includes it with a reason."
)
REVERSED = 0.03
REVERSED_ERRORS = 3.0
"""A direction is reversed from this AUC distance on, and at this many standard errors."""
CERTAIN_LEAST, CERTAIN_EXPECTED = 30, 10.0
"""A value is certain with this many customers, if chance would give it that many of the other
outcome."""
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
    """As stored by `as_text`; `words` is the sentence."""
    left_out: bool
    figure: float | None = None
    label: str = ""
    """The metric's label; set for leaks, which an admin may keep."""

    @property
    def words(self) -> str:
        """The finding as a sentence that can be translated."""
        return from_text(self.text)


def inspect(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    *,
    include_sensitive: bool = False,
    kept: Collection[str] = (),
    unused: Collection[str] = (),
) -> list[Finding]:
    """All findings by metric; those that leave a metric out come first.

    kept: metrics that are learned from although they look like leaks. unused: metrics left out for
    another reason, of which others are no copies.
    """
    findings: list[Finding] = []
    kept = _with_flags(catalogue, kept)
    for definition in catalogue:
        values = measured[definition.key]
        findings += _about(definition, values, stayed, kept=definition.key in kept)
        kind = _sensitive_kind(definition, values)
        if kind:
            findings.append(_sensitive(definition, kind, left_out=not include_sensitive))
    gone = left_out(findings) | set(unused)
    findings += _duplicates([one for one in catalogue if one.key not in gone], measured)
    return sorted(findings, key=lambda finding: not finding.left_out)


def left_out(findings: Sequence[Finding]) -> set[str]:
    """The metrics that must not be learned from."""
    return {finding.metric for finding in findings if finding.left_out}


def _with_flags(catalogue: Sequence[MetricDefinition], kept: Collection[str]) -> set[str]:
    """The kept metrics, and for each whether its attribute is known."""
    attributes = {one.parameters.get("attribute") for one in catalogue if one.key in kept}
    flags = (one for one in catalogue if one.kind == "attribute_known")
    return {*kept, *(one.key for one in flags if one.parameters.get("attribute") in attributes)}


def _about(
    definition: MetricDefinition, values: Floats | Objects, stayed: Bools, *, kept: bool
) -> list[Finding]:
    label, known = definition.label, known_of(values)
    distinct = distinct_values(values, known)
    if distinct < 2 and known.all():
        same = Sentence("“{metric}” is the same for everybody.", metric=label)
        return [Finding("constant", definition.key, as_text(same), True)]
    if not known.any():
        never = Sentence("“{metric}” is never known.", metric=label)
        return [Finding("mostly_missing", definition.key, as_text(never), True)]
    if _is_id(definition, values, known, distinct):
        names = Sentence(
            "“{metric}” has another value for nearly every customer: it names them.", metric=label
        )
        return [Finding("id", definition.key, as_text(names), True)]
    leak = _leak(definition, values, stayed, kept=kept)
    if leak:
        return [leak]
    found = [_certain(definition, values, stayed), _reversed(definition, values, known, stayed)]
    found.append(_missing(definition, known))
    return [finding for finding in found if finding]


def _leak(
    definition: MetricDefinition, values: Floats | Objects, stayed: Bools, *, kept: bool
) -> Finding | None:
    found = sign_of_leak(definition, values, stayed)
    if found is None:
        return None
    text = KEPT_LEAK if kept else RECORDED_AFTERWARDS
    said = as_text(Sentence(text, said=found.said))
    return Finding("leak", definition.key, said, not kept, found.auc, definition.label)


def _certain(
    definition: MetricDefinition, values: Floats | Objects, stayed: Bools
) -> Finding | None:
    """A value whose customers all stayed, or all left."""
    grouped = grouped_values(values)
    names, place = np.unique(grouped.astype(str), return_inverse=True)
    if names.size > FEW_VALUES * 5:
        return None
    count, kept = np.bincount(place), np.bincount(place, weights=stayed)
    usual = float(stayed.mean())
    for name, customers, remained in zip(names, count, kept, strict=True):
        rarer = 1 - usual if remained == customers else usual if remained == 0 else 0.0
        if customers >= CERTAIN_LEAST and customers * rarer >= CERTAIN_EXPECTED:
            text = ALL_STAYED if remained else ALL_LEFT
            said = Sentence(text, n=int(customers), metric=definition.label, value=str(name))
            return Finding("certain", definition.key, as_text(said), False, float(customers))
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
    text = MORE_IS_WORSE if definition.direction == "higher" else LESS_IS_WORSE
    said = Sentence(text, metric=definition.label, auc=Number(float(rank), 3))
    return Finding("reversed", definition.key, as_text(said), False, rank)


def _missing(definition: MetricDefinition, known: Bools) -> Finding | None:
    share = float(known.mean())
    if share >= 0.5:
        return None
    said = Sentence(
        "“{metric}” is known for only {share} of the customers.",
        metric=definition.label,
        share=Share(share),
    )
    return Finding("mostly_missing", definition.key, as_text(said), False, share)


def _sensitive_kind(definition: MetricDefinition, values: Floats | Objects) -> str | None:
    """The characteristic that a metric is about, by its name or its values."""
    kind = sensitive_kind(definition.key) or sensitive_kind(definition.label)
    if values.dtype == object:
        return kind or sensitive_values(texts_of(values))
    ages = np.asarray(values, dtype=np.float64)
    if kind == "age" and definition.kind == "attribute_number":
        return None if is_age_of_thing(definition.label, ages) else kind
    return kind


def _sensitive(definition: MetricDefinition, kind: str, *, left_out: bool) -> Finding:
    text = SENSITIVE if left_out else SENSITIVE_COUNTED
    said = Sentence(text, metric=definition.label, kind=Sentence(kind))
    return Finding("sensitive", definition.key, as_text(said), left_out)


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
        said = Sentence(
            "“{metric}” says the same as “{first}”; one of them is enough.",
            metric=definition.label,
            first=twin.label,
        )
        found.append(Finding("duplicate", definition.key, as_text(said), True))
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
