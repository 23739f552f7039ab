"""`pulse evaluate`: the report of `pulse.churn.evaluation` as JSON or as a table."""

from pathlib import Path
from typing import Any

import click
import msgspec

from pulse.cli.group import FILE, main

NAMES = {
    "scorecard": "learned scorecard",
    "lightgbm": "free LightGBM",
    "logistic": "logistic regression",
}


@main.command()
@click.argument("file", type=FILE)
@click.option("--label", required=True, help="The column that says how it ended.")
@click.option("--churned", required=True, help="Its value for customers who left.")
@click.option("--id", "id_column", help="The column that names the customer.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def evaluate(file: Path, label: str, churned: str, id_column: str | None, as_json: bool) -> None:
    """Fit and cross-validate on any labelled list; needs no database."""
    from pulse import terminal
    from pulse.churn.evaluation import evaluate_file

    with terminal.bars() as told:
        report = evaluate_file(
            file, label, churned, id_column, lambda done, of: told("judging", done, of)
        )
    click.echo(msgspec.json.encode(report).decode() if as_json else _table(report))


def _table(report: Any) -> str:
    """The report for people."""
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
    return "\n".join([*lines, *(f"! {warning}" for warning in report.warnings)])


def _row(report: Any, model: str, name: str) -> str:
    return (
        f"{name:<22}{report.auc[model]:>9.3f}{report.auc_without_sensitive[model]:>10.3f}"
        f"{report.average_precision[model]:>9.3f}{report.brier[model]:>8.3f}"
    )
