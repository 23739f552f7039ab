"""Charts of the churn comparison: important metrics, churn by decile, one customer's factors."""

from pulse.learning.churn.queries import Prediction
from pulse.learning.churn.training import Report
from ui import kit
from ui.formatters import plural
from ui.kit.charts import Options
from ui.kit.plots.factor_steps import Step, factor_bars
from ui.texts import gettext

MOST_BARS = 10
ROOM = 236  # px for the names of metrics; the longest in the demo have forty letters
STEPS = 8
WORTH = 0.0005
"""Parts below this probability (0.05 points) get no step of their own."""

RISING = {True: "▲ ", False: "▼ ", None: ""}
TONES = {True: "bar-fragile", False: "bar-strong", None: "accent"}


def importance_chart(report: Report) -> Options:
    """Return the most important metrics by their mean effect on the probability of leaving."""
    shown = [one for one in report.importance[:MOST_BARS] if one.points >= 0.05]
    named = [(f"{RISING[one.rises_with]}{gettext(one.label)}", one) for one in shown]
    return kit.charts.bars(
        [(name, round(one.points, 1)) for name, one in named],
        unit=gettext("points"),
        tones={name: TONES[one.rises_with] for name, one in named},
        room=ROOM,
    )


def decile_chart(report: Report) -> Options:
    """Return the share that left per decile, ordered by the model and by strength."""
    strength, everybody = gettext("Identity strength"), gettext("Everybody")
    lines = {gettext("Churn model"): report.model.left_by_tenth}
    if report.strength:
        lines[strength] = report.strength.left_by_tenth
    series: dict[str, list[tuple[float | str, float | None]]] = {
        name: [(place, 100 * share) for place, share in enumerate(shares, start=1)]
        for name, shares in lines.items()
    }
    usual = 100 * report.left / report.customers
    series[everybody] = [(1, usual), (10, usual)]
    drawn = kit.charts.lines(
        series,
        tones={strength: "bar-strong", everybody: "ink-3"},
        dashed=(everybody,),
        x_name=gettext("decile of customers, highest risk first"),
        y_name=gettext("% that left"),
    )
    drawn["xAxis"] |= {"min": 1, "max": 10, "interval": 1}
    return drawn


def waterfall(opinion: Prediction) -> Options:
    """Return the steps from the average probability of leaving to this customer's."""
    return factor_bars(
        100 * opinion.base,
        _steps(opinion),
        base_label=gettext("Average chance"),
        end_label=gettext("Chance of leaving"),
        unit=" %",
        rising="bad",
    )


def _steps(opinion: Prediction) -> list[Step]:
    telling = [part for part in opinion.parts[:STEPS] if abs(part.contribution) >= WORTH]
    rest = opinion.parts[len(telling) :]
    together = sum(part.contribution for part in rest)
    shown = sorted(telling, key=lambda part: -part.contribution)
    steps = [(gettext(part.label), 100 * part.contribution, part.value) for part in shown]
    if abs(together) >= WORTH:
        steps.append((plural(len(rest), "other"), 100 * together, ""))
    return steps
