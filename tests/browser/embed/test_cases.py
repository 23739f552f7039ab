"""The table of host pages in Chromium; test_firefox_cases.py drives it in Firefox."""

from tests.browser.embed.conftest import Enter
from tests.browser.embed.host_cases import all_cases, run
from tests.fixtures.embed import Embed


async def test_the_host_cases_behave(embed: Embed, enter: Enter) -> None:
    cases = all_cases(embed)
    for case in cases:
        embed.pulse.sockets = case.sockets  # type: ignore[assignment]
        visitor = await enter(case.url, allow=case.allow)
        try:
            await run(visitor.page, case.steps)
        except AssertionError as failed:
            heard = [await visitor.call("debug"), await visitor.page.evaluate("heard")]
            raise AssertionError(f"{case.name}: {failed} {heard}") from failed
        await visitor.context.close()
    told = [("own_words", case.words) for case in cases if case.words]
    assert await embed.shared("maren") == told
