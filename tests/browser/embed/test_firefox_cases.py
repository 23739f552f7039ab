"""The table of host pages, a token endpoint in trouble, and a phone, in Firefox."""

from tests.browser.embed.conftest import PAGE, Firefox, plain
from tests.browser.embed.host_cases import OPEN, ROOT, Step, all_cases, shows
from tests.fixtures.embed import Embed


async def test_the_host_cases_behave_in_firefox(embed: Embed, firefox: Firefox) -> None:
    cases = all_cases(embed)
    for case in cases:
        embed.pulse.sockets = case.sockets  # type: ignore[assignment]
        try:
            await firefox.visit(case.url, *case.steps)
        except AssertionError as failed:
            raise AssertionError(f"{case.name}: {failed}") from failed
    told = [("own_words", case.words) for case in cases if case.words]
    assert await embed.shared("maren") == told


async def test_a_failing_token_endpoint_loses_nothing_in_firefox(
    embed: Embed, firefox: Firefox
) -> None:
    url = embed.site.add(PAGE.format(plain(embed)))
    kept = ("wait", "sessionStorage['pulse:outbox']?.includes('kept')")
    said = f"{ROOT}.textContent.includes('We keep trying')"
    for trouble in ("502", "html"):
        await firefox.visit(url, shows(78), *OPEN, keep=True)
        embed.site.token_answer = trouble  # type: ignore[assignment]
        embed.pulse.close_sockets(4401)
        words: Step = ("value", f"void PulseWidget.shareContext('own_words', 'kept {trouble}')")
        await firefox.visit("", ("wait", said), words, kept, shows(78), keep=True)
        embed.site.token_answer = "ok"
        await firefox.visit("", ("wait", "!sessionStorage['pulse:outbox']"), shows(78))
    told = await embed.shared("maren")
    assert told == [("own_words", "kept 502"), ("own_words", "kept html")]
    embed.site.token_answer = "hang"
    answer = ("wait", "window.answer?.error == 'token'")
    await firefox.visit(url, answer, keep=True)
    embed.site.token_answer = "ok"
    await firefox.visit("", shows(78))


async def test_on_a_phone_and_after_a_reload_in_firefox(embed: Embed, firefox: Firefox) -> None:
    url = embed.site.add(PAGE.format(plain(embed)))
    panel = f"{ROOT}.querySelector('#panel')"
    field = f"getComputedStyle({ROOT}.querySelector('textarea')).fontSize"
    values = await firefox.visit(
        url,
        ("size", "390", "780"),
        shows(78),
        *OPEN,
        ("value", f"{panel}.matches(':modal') && {panel}.offsetWidth"),
        ("value", field),
        ("click", ">>> .kinds button"),
        ("wait", f"{ROOT}.querySelector('.kinds button[aria-pressed=true]')"),
        ("wait", "!sessionStorage['pulse:outbox']"),
        ("click", ">>> footer button"),
        ("wait", f"{ROOT}.querySelector('.card b, .card h3')"),
        ("press", "Escape"),
        ("wait", f"!{panel}"),
        ("go", url),
        shows(78),
        *OPEN,
    )
    assert values[4:6] == [390, "16px"]
    assert len(await embed.shared("maren")) == 1
