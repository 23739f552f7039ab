"""`bench soak` in a short form: no error."""

from bench import soak


async def test_widgets_and_dashboards_for_a_while_without_an_error() -> None:
    figures = await soak.measured(widgets=40, dashboards=3, seconds=5.0)
    details = figures["details"]
    assert figures["ours"] == 0, details
    assert details["taps"] > 0
    assert details["reconnects"] > 0
    assert (details["widgets"], details["dashboards"]) == (40, 3)
