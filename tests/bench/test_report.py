"""The page of all benchmarks: goals missed and failures are seen, goals belong to benchmarks."""

from bench.__main__ import names
from bench.report import GOALS, Measured, page


def answer(**figures: float) -> dict[str, object]:
    return {"ours": 1.0, "peer": 2.0, "ratio": 9.0, "unit": "reads a second", "details": figures}


def test_a_missed_goal_and_a_failed_benchmark_are_seen() -> None:
    rows = [
        Measured("reads", 3.0, answer() | {"ratio": 7.5}, ""),
        Measured("fanout", 3.0, answer(p99_ms=20.0, kb_per_widget=25.0), ""),
        Measured("storm", 3.0, None, "RuntimeError: too many"),
    ]
    said = page(rows)
    assert "| reads | 1 | 2 | 7.5 | reads a second | **ratio ≥ 8** |" in said
    assert "p99_ms ≤ 200; kb_per_widget ≤ 30 |" in said
    assert "| storm | **failed** | | | RuntimeError: too many | |" in said
    assert "### storm" not in said


def test_every_goal_belongs_to_a_benchmark() -> None:
    assert set(GOALS) <= set(names())
