"""Random sequences: customers sign in, out and change while tokens and networks fail.

`PULSE_FUZZ=500` runs that many sequences instead of a few; `PULSE_FUZZ_SEED` repeats a run.
"""

import asyncio
import os
import random
from time import monotonic

from playwright.async_api import Page

from tests.browser.embed.conftest import PAGE, Enter
from tests.fixtures.embed import Embed

SEQUENCES = int(os.environ.get("PULSE_FUZZ", "20"))
SEED = int(os.environ.get("PULSE_FUZZ_SEED", "14"))
PER_PAIR = 4  # sequences with the same two customers, since Pulse limits requests per customer
FASTER = int(os.environ.get("PULSE_FUZZ_FASTER", "1"))  # the page's clock, to try more in less time
RECOVERY_SECONDS = 30.0  # after every fault: a request and a pause of 8 s each, and a busy machine
HARNESS = """<script>
const wait = setTimeout, end = AbortSignal.timeout;
window.setTimeout = (run, ms, ...rest) => wait(run, ms / %d, ...rest);
AbortSignal.timeout = (ms) => end.call(AbortSignal, ms / %d);
window.leaks = []; window.allowed = ''; window.who = '';
window.shown = () => {
  const root = document.querySelector('pulse-widget')?.shadowRoot;
  const text = (node) => root?.querySelector(node)?.textContent.replace(/\\D/g, '') || '';
  return text('.launcher') || text('.gauge b');
};
(function look() {
  const now = shown();
  if (now && now != allowed) leaks.push([now, allowed]);
  requestAnimationFrame(look);
})();
window.becomes = (customer, score) => { who = customer; allowed = score; };
window.start = (apiUrl) => { PulseWidget.init({ apiUrl, locale: 'en',
  getToken: () => fetch('/pulse-token?c=' + who, {cache: 'no-store'}).then((a) => a.text()) }); };
</script>"""


class Life:
    """One page, the customer signed in on it, and what the widget should show."""

    def __init__(self, embed: Embed, page: Page, chance: random.Random) -> None:
        self.embed, self.page, self.chance = embed, page, chance
        self.scores: dict[str, str] = {}
        self.pair: list[str] = []
        self.current: str | None = None
        self.started = False
        self.cut = False

    async def new_pair(self, number: int) -> None:
        """Return two unused customers with different scores."""
        self.pair = [f"c{number}a", f"c{number}b"]
        for customer, score in zip(self.pair, (30, 70), strict=True):
            self.scores[customer] = str(score)
            await self.embed.rescore(customer, score)

    async def call(self, customer: str | None, script: str, argument: str = "") -> None:
        """From this call on only this customer's data may be visible."""
        self.current = customer
        shown = self.scores[customer] if customer else ""
        await self.page.evaluate(
            f"([who, score, argument]) => {{ becomes(who, score); {script} }}",
            [customer or "", shown, argument],
        )

    async def init(self) -> None:
        self.started = True
        customer = self.chance.choice(self.pair)
        await self.call(customer, "start(argument)", self.embed.pulse.url)

    async def identify(self) -> None:
        if self.started:
            customer = self.chance.choice(self.pair)
            token = self.embed.site.key.sign(customer)
            await self.call(customer, "PulseWidget.identify(argument)", token)

    async def logout(self) -> None:
        await self.call(None, "PulseWidget.logout()")

    async def destroy(self) -> None:
        self.started = False
        await self.call(None, "PulseWidget.destroy()")

    async def tap(self) -> None:
        if self.current:
            say = "(words) => void PulseWidget.shareContext('own_words', words)"
            await self.page.evaluate(say, f"of {self.current}")

    async def open(self) -> None:
        await self.page.evaluate("void PulseWidget.toggle()")

    async def token_trouble(self) -> None:
        answers = ("401", "502", "html", "hang", "ok")
        self.embed.site.token_answer = self.chance.choice(answers)  # type: ignore[assignment]

    async def socket_trouble(self) -> None:
        modes = ("pass", "refuse", "hang", "buffer")
        self.embed.pulse.sockets = self.chance.choice(modes)  # type: ignore[assignment]
        self.embed.pulse.rest = self.chance.choice(("pass", "pass", "hang", "500"))  # type: ignore[assignment]

    async def drop(self) -> None:
        self.embed.pulse.close_sockets(self.chance.choice((4401, 1012, 1013)))

    async def unplug(self) -> None:
        if not self.cut:
            await self.embed.pulse.cut()
            self.cut = True

    async def mend(self) -> None:
        """End every fault."""
        self.embed.site.token_answer = "ok"
        self.embed.pulse.sockets = self.embed.pulse.rest = "pass"
        if self.cut:
            await self.embed.pulse.mend()
            self.cut = False

    async def is_right(self) -> float:
        """Return the seconds until the widget shows the signed-in customer."""
        began = monotonic()
        wanted = self.scores[self.current] if self.current else ""
        await self.page.wait_for_function(
            "(wanted) => shown() == wanted", arg=wanted, timeout=RECOVERY_SECONDS * 1000
        )
        return monotonic() - began


async def test_no_random_sequence_mixes_customers_or_gets_stuck(embed: Embed, enter: Enter) -> None:
    script = embed.here("<script src='https://HOST/widget/v1/pulse.js'></script>")
    body = HARNESS % (FASTER, FASTER) + script
    visitor = await enter(embed.site.add(PAGE.format(body)), allow=_EVERYTHING)
    life = Life(embed, visitor.page, random.Random(SEED))
    actions = [life.init, life.identify, life.logout, life.destroy, life.tap, life.tap, life.open]
    actions += [life.token_trouble, life.socket_trouble, life.drop, life.unplug, life.init]
    for number in range(SEQUENCES):
        if number % PER_PAIR == 0:
            await life.new_pair(number)
        done = []
        for _ in range(life.chance.randint(3, 9)):
            action = life.chance.choice(actions)
            done.append(action.__name__)
            await action()
            await asyncio.sleep(life.chance.choice((0, 0, 0.02, 0.1)))
        await life.mend()
        try:
            await life.is_right()
        except Exception as stuck:
            why = [await visitor.call("debug"), (await visitor.page.evaluate("heard"))[-8:]]
            why += embed.pulse.requests[-12:]
            raise AssertionError(f"sequence {number}, seed {SEED}: {done} {why}") from stuck
        assert await visitor.page.evaluate("leaks") == [], (number, done)
    for customer in life.scores:
        notes = {note for _, note in await embed.shared(customer)}
        assert notes <= {f"of {customer}"}


class _Everything:
    """Network errors reported by the browser, which are expected here."""

    def search(self, text: str) -> bool:
        return not text.startswith("pageerror")


_EVERYTHING = _Everything()
