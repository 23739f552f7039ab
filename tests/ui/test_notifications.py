"""The notification centre where a click and its loading meet."""

from pulse import clock
from pulse.auth.settings.preferences import preferences, set_preference
from ui.auth.tabs import of_tab
from ui.layout.notifications import PREFERENCE, Notifications
from ui.sdk import Page


async def test_a_click_before_the_choices_are_loaded_keeps_them(render, shop):
    made: list[Notifications] = []

    async def show(page: Page) -> None:
        chosen = {"how": {"states": "off"}, "seen": clock.now().isoformat()}
        await set_preference(page.scope, PREFERENCE, chosen)
        made.append(Notifications(of_tab(), page.place))

    async with render(show) as page:
        with page.client:
            await made[0]._open()
            kept = await preferences(of_tab().scope)
    assert kept[PREFERENCE]["how"]["states"] == "off"
