"""A scorecard's model card: one HTML file that says what the score is, does, and cannot do.

Self-contained (styles and plots inline, no script, no request), so that it can be sent around,
printed and kept with the version it describes.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

import msgspec

from pulse.learning.backtest import Backtest
from pulse.learning.model_card import plots
from pulse.learning.ranking_metrics import Curve as Drawn
from pulse.learning.sensitive import sensitive_kind
from pulse.learning.training import Interval
from pulse.learning.trees.fitting import LearningReport
from pulse.scoring.calibration import stay_probability
from pulse.scoring.curves import Curve, Levels, Linear
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Scorecard


class About(msgspec.Struct, frozen=True):
    """What the card is about."""

    business: str
    version: int
    made_on: date
    note: str = ""


def model_card(
    about: About,
    card: Scorecard,
    catalogue: Iterable[MetricDefinition],
    learned: LearningReport | None = None,
    backtests: Sequence[Backtest] = (),
    worth: Interval | None = None,
) -> str:
    """The card as one HTML document; every text in it is escaped.

    `worth` is how well a learned card ranked customers it had not seen.
    """
    definitions = {definition.key: definition for definition in catalogue}
    title = f"Identity strength of {about.business}, version {about.version}"
    sections = [
        f"<header><h1>{escape(title)}</h1><p>{_origin(about, card, learned)}</p></header>",
        _section("What it is", _what_it_is(card)),
        _section("What it weighs", _weights(card, definitions)),
        _section("How it was learned", _learned(learned, worth)) if learned else "",
        *(_backtest(found) for found in backtests),
        _section("What it must not be used for", _limits(card, definitions)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(sections)}</main></body></html>"
    )


def _origin(about: About, card: Scorecard, learned: LearningReport | None) -> str:
    how = "set by hand" if card.origin == "hand_set" else "learned from outcomes"
    whom = f" of {learned.customers:,} customers" if learned else ""
    note = f" {escape(about.note)}" if about.note else ""
    return f"{how.capitalize()}{whom}, {about.made_on.isoformat()}.{note}"


def _what_it_is(card: Scorecard) -> str:
    low, high = card.band_edges
    pairs = f" and {len(card.pairs)} pairs of metrics that work together" if card.pairs else ""
    told = (
        "" if card.calibration is None
        else "<p>On record, the share of such customers who stayed: "
        + ", ".join(f"{stays:.0%} at {strength}" for strength, stays in _stays(card)) + ".</p>"
    )  # fmt: skip
    return (
        f"<p>A number from 0 to 100: the sum of {len(card.terms)} metrics{pairs}, each worth at "
        f"most its weight. Somebody of whom nothing is known has {card.base:.1f}. Every score is "
        "that base plus its factors, exactly; the factors are the SHAP values of the score. A "
        "value that is not known has no factor. "
        f"Below {low:g} is fragile, from {high:g} on strong.</p>{told}"
    )


def _stays(card: Scorecard) -> list[tuple[int, float]]:
    assert card.calibration is not None
    return [(strength, stay_probability(card.calibration, strength)) for strength in (20, 50, 80)]


def _weights(card: Scorecard, definitions: dict[str, MetricDefinition]) -> str:
    def named(metric: str) -> str:
        return definitions[metric].label if metric in definitions else metric

    rows: list[tuple[float, str, str, str]] = [
        (
            term.weight,
            named(term.metric),
            definitions[term.metric].signal if term.metric in definitions else "",
            _drawn(term.curve),
        )
        for term in card.terms
    ]
    rows += [
        (pair.weight, f"{named(pair.first)} with {named(pair.second)}", "together", "")
        for pair in card.pairs
    ]
    cells = "".join(
        f"<tr><td>{escape(label)}</td><td>{escape(signal)}</td>"
        f'<td class="number">{weight:.1f}</td><td>{drawing}</td></tr>'
        for weight, label, signal, drawing in sorted(rows, key=lambda row: -row[0])
    )
    return (
        "<table><thead><tr><th>Metric</th><th>Signal</th><th class='number'>Points at most</th>"
        f"<th>Curve</th></tr></thead><tbody>{cells}</tbody></table>"
    )


def _drawn(curve: Curve) -> str:
    if isinstance(curve, Levels):
        best = sorted(zip(curve.ys, curve.levels, strict=True), reverse=True)
        named = [f"{escape(level)} {worth:.2f}" for worth, level in best[:4]]
        return ", ".join(named) + (" …" if len(best) > 4 else "")
    if isinstance(curve, Linear):
        return plots.spark(list(zip(curve.xs, curve.ys, strict=True)))
    points: list[tuple[float, float]] = []
    for place, worth in enumerate(curve.ys):
        start = curve.edges[max(0, place - 1)] if curve.edges else 0.0
        end = curve.edges[min(place, len(curve.edges) - 1)] if curve.edges else 1.0
        points += [(start, worth), (end, worth)]
    return plots.spark(points)


def _learned(learned: LearningReport, worth: Interval | None) -> str:
    left = learned.customers - learned.stayed
    findings = "".join(f"<li>{escape(finding.text)}</li>" for finding in learned.findings)
    return (
        f"<p>From {learned.customers:,} customers, of whom {left:,} left "
        f"({left / max(1, learned.customers):.1%}). ROC-AUC over inner folds "
        f"{learned.inner_auc:.3f}, with {learned.rounds} rounds of trees over one metric each"
        f"{' and pairs where they helped' if learned.pairs else ''}.{_worth(worth)}</p>"
        + (f"<p>What was noticed about the data:</p><ul>{findings}</ul>" if findings else "")
    )


def _worth(worth: Interval | None) -> str:
    if worth is None:
        return ""
    return (
        f" On fifths of the customers it had not seen, ROC-AUC {worth.auc:.3f} "
        f"({worth.low:.3f} to {worth.high:.3f})."
    )


def _backtest(found: Backtest) -> str:
    title = (
        f"What it said {found.days_before} days before" if found.days_before
        else "What it says of customers it has not seen"
    )  # fmt: skip
    if not found.enough:
        return _section(title, f"<p>{escape(found.reason)}</p>")
    return _section(title, _figures(found) + _charts(found))


def _figures(found: Backtest) -> str:
    rows = [
        f"<tr><td>This scorecard</td><td class='number'>{found.auc:.3f} ± "
        f"{found.auc_error:.3f}</td><td class='number'>{found.average_precision:.3f}</td></tr>"
    ]
    rows += [
        f"<tr><td>{escape(peer.name)}</td><td class='number'>{peer.auc:.3f}</td>"
        f"<td class='number'>{peer.average_precision:.3f}</td></tr>"
        for peer in found.peers
    ]  # fmt: skip
    edges = "".join(
        f"<li>Calling everybody below {edge.edge:g} reaches {edge.called:,} customers and finds "
        f"{edge.recall:.0%} of those who left; {edge.precision:.0%} of the calls are right.</li>"
        for edge in found.at_edges
    )
    return (
        f"<p>{found.customers:,} customers, {found.left:,} of them left.</p>"
        "<table><thead><tr><th>Model</th><th class='number'>ROC-AUC</th>"
        "<th class='number'>PR-AUC</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table><ul>{edges}</ul>"
    )


def _charts(found: Backtest) -> str:
    assert found.roc is not None
    assert found.precision_recall is not None
    roc = [("This scorecard", _points(found.roc))]
    roc += [(peer.name, _points(peer.roc)) for peer in found.peers]
    tenths = [str(place + 1) for place in range(len(found.lift))]
    charts = [
        ("Finding customers who left", plots.lines(
            roc, "stayers called in vain", "leavers found", diagonal=True)),
        ("Precision and recall", plots.lines(
            [("This scorecard", _points(found.precision_recall))],
            "recall", "precision")),
        ("Lift, weakest tenth first", plots.bars(
            [tenth.lift for tenth in found.lift], tenths, "tenth by strength", "times the usual")),
    ]  # fmt: skip
    if found.calibration:
        said = [(one.predicted, one.observed) for one in found.calibration]
        charts.append(
            (
                "Said and happened",
                plots.lines(
                    [("tenths of customers", said)], "said to stay", "stayed", diagonal=True
                ),
            )
        )
    return '<div class="charts">' + "".join(
        f"<figure><figcaption>{escape(title)}</figcaption>{drawing}</figure>"
        for title, drawing in charts
    ) + "</div>"  # fmt: skip


def _points(curve: Drawn) -> list[tuple[float, float]]:
    return list(zip(curve.x, curve.y, strict=True))


def _limits(card: Scorecard, definitions: dict[str, MetricDefinition]) -> str:
    weighing = {term.metric for term in card.terms if term.weight > 0}
    weighing |= {metric for pair in card.pairs for metric in (pair.first, pair.second)}
    named = [
        escape(definitions[metric].label if metric in definitions else metric)
        for metric in sorted(weighing)
        if sensitive_kind(metric)
    ]
    sensitive = (
        f"It weighs sensitive metrics: {', '.join(named)}." if named
        else "It weighs no metric known to be sensitive (age, gender, marital status, origin, …)."
    )  # fmt: skip
    return (
        f"<p>{sensitive} It describes relationships, not people: it must not decide on prices, "
        "credit, employment or access. It says what usually goes with staying, not what causes it; "
        "whether reaching out helps is measured by the hold-out on the Learning page.</p>"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


_STYLE = """
:root{color-scheme:light dark;--ink:#1c1b1a;--soft:#5f5c58;--line:#e7e5e2;--paper:#fff;
--accent:#4653d6;--second:#8a6a12;--third:#1d7f5f}
@media (prefers-color-scheme:dark){:root{--ink:#ececea;--soft:#a5a39f;--line:#2c2c2f;
--paper:#1b1b1d;--accent:#8b95ff;--second:#d8b24a;--third:#5cc39c}}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 Inter,system-ui,sans-serif}
main{max-width:760px;margin:0 auto;padding:32px 20px}h1{font-size:20px}h2{font-size:16px;
margin-top:32px}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{color:var(--soft);font-weight:500;font-size:12px;text-align:left}th.number{text-align:right}
th,td{border-bottom:1px solid var(--line);padding:6px 8px 6px 0;vertical-align:middle}
.number{text-align:right;padding-right:24px}.charts{display:flex;flex-wrap:wrap;gap:20px}
figure{margin:0;width:340px}figcaption{font-size:12px;color:var(--soft)}svg{width:100%;height:auto}
svg text{font-size:11px;fill:var(--soft)}.tick,.axis{text-anchor:middle}.level{text-anchor:end}
.grid{stroke:var(--line)}polyline{fill:none;stroke-width:2}.s0{stroke:var(--accent)}
.s1{stroke:var(--second)}.s2{stroke:var(--third)}.chance{stroke:var(--soft);stroke-width:1;
stroke-dasharray:3 3}line.s0,line.s1,line.s2{stroke-width:2}.bar{fill:var(--accent)}
.spark{width:100px;height:30px}.spark polyline{stroke:var(--accent);stroke-width:1.5}
"""
