"""What a review found beside the challenger: drift, and the scores of groups of people."""

from collections.abc import Sequence

from pulse.learning.review.drift import Drift
from pulse.learning.review.groups import GAP, TELLS, Grouped
from pulse.tabular.header_names import label_of
from ui import kit
from ui.formatters import day, number, percent
from ui.kit.table import Row
from ui.texts import gettext

DRIFT = [
    kit.Column("name", "Metric"),
    kit.Column("psi", "Stability index (PSI)", "number"),
    kit.Column("word", "Since a month ago"),
    kit.Column("known", "Known of", "number"),
]
GROUPS = [
    kit.Column("name", "Group"),
    kit.Column("customers", "Customers", "number"),
    kit.Column("mean", "Mean strength", "number"),
    kit.Column("fragile", "Fragile", "number"),
    kit.Column("proxy", "Predictable from the score's inputs (ROC-AUC)", "number"),
]


def show_groups(found: Sequence[Grouped]) -> None:
    """Draw, by sensitive attribute, its groups' results and whether inputs reveal them."""
    if not found:
        return
    with kit.panel("Groups of people", "by sensitive attributes", flush=True):
        rows: list[Row] = [
            {
                "id": f"{one.attribute} {group.name}",
                "name": f"{label_of(one.attribute)}: {group.name}",
                "customers": number(group.customers),
                "mean": number(group.mean, 1),
                "fragile": percent(group.fragile),
                "proxy": number(group.proxy, 2),
            }
            for one in found
            for group in one.groups
        ]
        kit.Table(GROUPS, rows, label="Scores by group")
    for one in found:
        if one.gap >= GAP:
            kit.note(
                gettext(
                    "The share of fragile customers differs by {gap} between the groups of "
                    "{label_of}."
                ).format(gap=percent(one.gap), label_of=label_of(one.attribute)),
                "warn",
            )
        if one.proxy >= TELLS:
            kit.note(
                gettext(
                    "What the score weighs gives {label_of} away (ROC-AUC {proxy}): it may "
                    "stand in for it."
                ).format(label_of=label_of(one.attribute), proxy=number(one.proxy, 2)),
                "warn",
            )


def show_drift(found: Drift | None) -> None:
    """Draw how far the strength and each metric have drifted within a month."""
    if found is None:
        kit.empty("Drift is not known yet", "It takes a month of scores by the scorecard in force.")
        return
    with kit.panel(
        "Drift",
        gettext("{before} against {now}").format(before=day(found.before), now=day(found.now)),
        flush=True,
    ):
        rows: list[Row] = [
            {
                "id": one.name,
                "name": gettext(one.name),
                "psi": number(one.psi, 2),
                "word": gettext(one.word),
                "known": percent(one.known_now),
            }
            for one in found.found
        ]
        kit.Table(DRIFT, rows, label="Drift by metric")
