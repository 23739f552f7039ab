"""Client of the model: returns a checked answer, or the reason why there is none.

Handles every way a call can end: slow, rate-limited, failed, refused, cut off, empty, unreadable,
against the rules. One retry for transport errors and one correction for content, all within an
outer time-out (`llm_call`); otherwise the caller keeps the template's draft. Uses no database.
"""

import asyncio
from weakref import WeakKeyDictionary

import openai

from pulse import settings
from pulse.cards.drafting.circuit_breaker import Breaker
from pulse.cards.drafting.llm_call import Call, Declined, Written
from pulse.cards.drafting.prompt import Request
from pulse.i18n.sentences import Sentence
from pulse.settings import Settings

OUTER_EXTRA = 5.0  # seconds beyond one call's time-out for retry and correction together
LONGEST_OUTER = 28.0  # seconds; a card has its final text within 30 seconds

ANSWERED = ("refusal", "against_rules", "unreadable", "empty", "cut_off")
"""Results that do not count as failures of the model server."""


class Writer:
    """One client per process, with its circuit breaker. timeout: seconds per call."""

    def __init__(
        self, *, key: str, base_url: str, model: str, timeout: float, breaker: Breaker | None = None
    ) -> None:
        self.model = model
        self.timeout = timeout
        self.breaker = breaker or Breaker()
        self._client = openai.AsyncOpenAI(
            api_key=key, base_url=base_url or None, timeout=timeout, max_retries=0
        )

    @classmethod
    def of(cls, chosen: Settings) -> "Writer":
        """Create a writer from the settings, which must contain a key."""
        return cls(
            key=chosen.openai_api_key,
            base_url=chosen.openai_base_url,
            model=chosen.openai_model,
            timeout=chosen.openai_timeout,
        )

    async def write(self, request: Request) -> Written:
        """Ask for a card's text. Never raises because of the model."""
        call = Call(self._client, self.model, request)
        if not self.breaker.allows():
            return call.declined("breaker", Sentence("the model failed several times in a row"))
        try:
            async with asyncio.timeout(min(LONGEST_OUTER, self.timeout + OUTER_EXTRA)):
                answer = await call.answer()
        except TimeoutError:
            self.breaker.failed()
            seconds = f"{self.timeout:g}"
            took = Sentence("the model took longer than {seconds} seconds", seconds=seconds)
            return call.declined("timeout", took)
        except Declined as no:
            self._remember(no)
            return call.declined(no.code, no.why)
        except BaseException:
            self.breaker.gave_up()
            raise
        self.breaker.worked()
        return call.written(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _remember(self, no: Declined) -> None:
        if no.code in ANSWERED:
            self.breaker.worked()  # the server answers, although the answer is unusable
        else:
            self.breaker.failed(no.retry_after)


_current: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Settings, Writer]] = (
    WeakKeyDictionary()
)


def current() -> Writer | None:
    """Return this process's writer for its settings and event loop; None without a key."""
    chosen = settings.current()
    if not chosen.openai_api_key:
        return None
    loop = asyncio.get_running_loop()
    held = _current.get(loop)
    if held is None or held[0] != chosen:
        held = (chosen, Writer.of(chosen))
        _current[loop] = held
    return held[1]


async def close() -> None:
    """Close this event loop's writer, if there is one."""
    held = _current.pop(asyncio.get_running_loop(), None)
    if held is not None:
        await held[1].close()
