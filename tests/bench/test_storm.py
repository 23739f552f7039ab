"""`bench storm` in a small form: every widget comes back and REST is answered meanwhile."""

from bench.storm import run


def test_every_widget_comes_back_and_reads_are_answered_meanwhile() -> None:
    figures = run(30)
    assert figures["details"]["widgets"] == 30
    assert figures["ours"] > 0
    assert figures["details"]["rest_reads"] > 0
