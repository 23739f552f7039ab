"""`pulse evaluate` and `pulse backtest`: evaluate a score, as JSON or as a table."""

from pathlib import Path
from typing import Any

import click
import msgspec

from pulse.cli.group import BUSINESS, FILE, main, scope_of, with_database
from pulse.errors import Invalid

NAMES = {
    "scorecard": "learned scorecard",
    "lightgbm": "free LightGBM",
    "logistic": "logistic regression",
}


@main.command()
@click.argument("file", type=FILE)
@click.option("--label", required=True, help="The column with the outcome.")
@click.option("--churned", required=True, help="Its value for customers who left.")
@click.option("--id", "id_column", help="The column that names the customer.")
@click.option(
    "--keep",
    multiple=True,
    metavar="COLUMN",
    help="A column to learn from although it looks like a leak; may be repeated. Needs --reason.",
)
@click.option("--reason", default="", help="Why these columns are known before a customer leaves.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def evaluate(
    file: Path,
    label: str,
    churned: str,
    id_column: str | None,
    keep: tuple[str, ...],
    reason: str,
    as_json: bool,
) -> None:
    """Fit and cross-validate on any labelled list; needs no database."""
    from pulse.jobs import progress
    from pulse.learning.churn.evaluation import Keep, evaluate_file

    if keep and not reason.strip():
        raise click.UsageError("--keep needs --reason: why are these known before they leave?")
    with progress.bars() as told:
        report = evaluate_file(
            file,
            label,
            churned,
            id_column,
            lambda done, of: told("judging", done, of),
            Keep(keep, reason.strip()),
        )
    click.echo(msgspec.json.encode(report).decode() if as_json else _table(report))


def _table(report: Any) -> str:
    """The report as a table."""
    lines = [
        f"{report.rows:,} customers, {report.churned:,} of them left "
        f"({report.churned / report.rows:.1%}); {report.columns} metrics, {report.pairs} pairs",
        "",
        f"{'5-fold':<22}{'ROC-AUC':>9}{'without*':>10}{'PR-AUC':>9}{'Brier':>8}",
        *(_row(report, model, name) for model, name in NAMES.items()),
        f"* without sensitive columns: {', '.join(report.sensitive) or 'there are none'}",
        "",
        report.remark,
        f"Largest |base + factors − strength|: {report.max_additivity_error:.1e} points",
        f"Largest difference to the shap library: {report.max_shap_difference:.1e} points",
    ]
    if report.left_out:
        lines.append(f"Left out: {', '.join(report.left_out)}")
    if report.kept:
        lines.append(f"Kept although they look like leaks: {', '.join(report.kept)}")
        lines.append(f"Reason: {report.kept_why}")
    return "\n".join([*lines, *(f"! {warning}" for warning in report.warnings)])


def _row(report: Any, model: str, name: str) -> str:
    return (
        f"{name:<22}{report.auc[model]:>9.3f}{report.auc_without_sensitive[model]:>10.3f}"
        f"{report.average_precision[model]:>9.3f}{report.brier[model]:>8.3f}"
    )


@main.command()
@BUSINESS
@click.option("--outcome", default="", help="The outcome, as named in the dashboard.")
@click.option(
    "--scorecard",
    default="",
    metavar="NAME",
    help="The scorecard to test, where there are several; without it the default one.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def backtest(business: str, outcome: str, scorecard: str, as_json: bool) -> None:
    """Back-test a published scorecard on known outcomes of its customers; stores nothing."""
    from pulse.jobs import progress

    with progress.bars() as told:
        trials = with_database(lambda: _tested(business, outcome, scorecard, told))
    click.echo(msgspec.json.encode(trials).decode() if as_json else _trials(trials, scorecard))


async def _tested(business: str, outcome: str, scorecard: str, told: Any) -> Any:
    from pulse.db.transaction import tenant
    from pulse.learning import outcome_options
    from pulse.learning.churn import backtest_jobs
    from pulse.scoring.named import store
    from pulse.scoring.named.assignment import CustomersOf

    scope = await scope_of(business)
    async with tenant(scope) as unit:
        named_id = await store.published_by_name(unit, scorecard) if scorecard else None
    offered = await outcome_options.choices(scope, CustomersOf(named_id))
    named = [one for one in offered if one.words.lower() == outcome.strip().lower()]
    chosen = named[0] if named else None if outcome else outcome_options.preferred(offered)
    if chosen is None:
        there = "; ".join(one.words for one in offered) or "none"
        raise Invalid(f"There is no such outcome to test by. There are: {there}.")
    return await backtest_jobs.at_once(scope, chosen.rule, told, named_id)


def _trials(trials: Any, scorecard: str) -> str:
    from pulse.learning.outcome_options import in_words

    named = f"Scorecard “{scorecard}”, version" if scorecard else "Version"
    lines = [f"{named} {trials.version}; left means: {in_words(trials.rule).lower()}"]
    for trial in trials.trials:
        found = trial.found
        when = f"{found.days_before} days before" if found.days_before else "fifths not seen"
        lines += ["", f"{when}: {found.customers:,} customers, {found.left:,} left"]
        if not found.enough:
            lines.append(found.words)
            continue
        lines.append(f"{'':<22}{'ROC-AUC':>9}{'PR-AUC':>9}")
        lines.append(_metric_row("this scorecard", found))
        lines += [_metric_row(peer.name, peer) for peer in found.peers]
        lines += [
            f"below {edge.edge:g}: {edge.called:,} calls, {edge.precision:.0%} right, "
            f"{edge.recall:.0%} of the leavers"
            for edge in found.at_edges
        ]
    return "\n".join(lines)


def _metric_row(name: str, figures: Any) -> str:
    return f"{name:<22}{figures.auc:>9.3f}{figures.average_precision:>9.3f}"
