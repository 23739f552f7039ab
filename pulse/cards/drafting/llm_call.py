"""One request to the model: sent, parsed, checked, and corrected at most once."""

import asyncio
import re
from contextlib import suppress
from difflib import SequenceMatcher
from typing import Any

import msgspec
import openai

from pulse import logs
from pulse.cards.drafting.guardrails import Problem, problems, side_text_problems
from pulse.cards.drafting.prompt import (
    ANSWER_TOKENS,
    CHARACTERS_A_TOKEN,
    LONGEST_ASIDE,
    Answer,
    Request,
    build,
    repair,
    schema,
)
from pulse.i18n.sentences import Sentence
from pulse.metrics import tracing

RETRY_PAUSE = 0.5
LONGEST_RETRY_AFTER = 3.0  # longest pause in seconds (Retry-After) that is waited for
ALIKE = 0.85  # share of common words from which an opener repeats an earlier one

UNREADABLE = Problem("unreadable", "Answer with the JSON object only, nothing around it.")
EMPTY = Problem("empty", "The answer was empty.")
CUT_OFF = Problem("cut_off", "The answer was cut off: be shorter.")
REPEATS = Problem("repeats", "Too close to an earlier opener: find other words.")


class Declined(Exception):
    """The model gave no usable answer; `why` completes “The template wrote this: …”."""

    def __init__(self, code: str, why: str, retry_after: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.why = why
        self.retry_after = retry_after


class Written(msgspec.Struct, frozen=True):
    """Result of a request. answer: None when the template's draft stays; note says why."""

    answer: Answer | None
    note: str
    code: str
    calls: int
    tokens_in: int
    tokens_out: int


class Call:
    """One request including its retry and correction; counts the tokens used."""

    def __init__(self, client: openai.AsyncOpenAI, model: str, request: Request) -> None:
        self._client = client
        self._model = model
        self._request = request
        self._corrected = False
        self._calls = self._tokens_in = self._tokens_out = 0
        self._options: Any = {
            "max_completion_tokens": ANSWER_TOKENS,
            "response_format": {
                "type": "json_schema",
                "json_schema": schema(request.rules.allowed_channels),
            },
        }

    async def answer(self) -> Answer:
        """Return an answer that passed the checks; raises Declined."""
        prompt = build(self._request)
        messages: list[dict[str, str]] = [
            {"role": "system", "content": prompt.system},
            {"role": "user", "content": prompt.user},
        ]
        said, found = await self._ask(messages)
        wrong = self._wrong(found)
        if not wrong and isinstance(found, Answer):
            return found
        self._corrected = True
        messages += [
            {"role": "assistant", "content": said[:4_000] or "(nothing)"},
            {"role": "user", "content": repair([problem.advice for problem in wrong])},
        ]
        _, found = await self._ask(messages)
        wrong = self._wrong(found)
        if wrong or not isinstance(found, Answer):
            raise Declined(*_content_failure(wrong))
        return found

    async def _ask(self, messages: list[dict[str, str]]) -> tuple[str, Answer | Problem]:
        """Return one answer, after at most one retry because of a transport error."""
        try:
            return await self._once(messages)
        except Declined as no:
            if no.code not in _WORTH_A_RETRY or no.retry_after > LONGEST_RETRY_AFTER:
                raise
            if no.code == "not_understood":
                self._options = _PLAIN_OPTIONS
            else:
                await asyncio.sleep(max(RETRY_PAUSE, no.retry_after))
        return await self._once(messages)

    async def _once(self, messages: list[Any]) -> tuple[str, Answer | Problem]:
        self._calls += 1
        self._tokens_in += sum(len(m["content"]) for m in messages) // CHARACTERS_A_TOKEN
        try:
            with tracing.span("model", gen_ai__request__model=self._model):
                reply = await self._client.chat.completions.create(
                    model=self._model, messages=messages, **self._options
                )
        except openai.APIError as failed:
            raise _transport_failure(failed) from failed
        except (ValueError, TypeError, AttributeError) as failed:
            raise Declined("unreadable", "the model's answer could not be read") from failed
        return self._read(reply, messages)

    def _read(self, reply: Any, messages: list[Any]) -> tuple[str, Answer | Problem]:
        self._count(reply, messages)
        choice = (getattr(reply, "choices", None) or [None])[0]
        message = getattr(choice, "message", None)
        if getattr(message, "refusal", None):
            raise Declined("refusal", "the model declined to write it")
        said = getattr(message, "content", None) or ""
        if not isinstance(said, str) or not said.strip():
            return "", EMPTY
        if getattr(choice, "finish_reason", None) == "length":
            return said, CUT_OFF
        try:
            return said, msgspec.json.decode(_unwrapped(said), type=Answer)
        except (msgspec.DecodeError, UnicodeError):
            return said, UNREADABLE

    def _count(self, reply: Any, messages: list[Any]) -> None:
        """Count tokens as the server reports them, else by the estimate."""
        usage: Any = getattr(reply, "usage", None)
        with suppress(TypeError, AttributeError):
            used_in, used_out = int(usage.prompt_tokens), int(usage.completion_tokens)
            estimate = sum(len(m["content"]) for m in messages) // CHARACTERS_A_TOKEN
            self._tokens_in += used_in - estimate
            self._tokens_out += used_out

    def _wrong(self, found: Answer | Problem) -> list[Problem]:
        if isinstance(found, Problem):
            return [found]
        request = self._request
        opener = found.opener.strip()
        wrong = problems(
            opener,
            language=request.language,
            allowed=request.allowed,
            foreign=request.foreign,
        )
        for aside in (found.reason, found.follow_up):
            wrong += side_text_problems(aside, longest=LONGEST_ASIDE, foreign=request.foreign)
        if found.channel not in request.rules.allowed_channels:
            wrong.append(Problem("channel", "Choose one of the channels named."))
        if any(_alike(opener, card.opener) for card in request.earlier):
            wrong.append(REPEATS)
        return wrong

    def declined(self, code: str, why: str) -> Written:
        """Result when the template's draft stays."""
        logs.event("card_template_used", level="warning", code=code, calls=self._calls)
        why = why if isinstance(why, Sentence) else Sentence(why)
        note = Sentence("The template wrote this: {why}.", why=why)
        return Written(None, note, code, self._calls, self._tokens_in, self._tokens_out)

    def written(self, answer: Answer) -> Written:
        """Result when the model's answer is used."""
        note = Sentence("The model wrote this ({model}).", model=self._model)
        if self._corrected:
            note = Sentence(
                "The model wrote this ({model}, after one correction).", model=self._model
            )
        return Written(answer, note, "model", self._calls, self._tokens_in, self._tokens_out)


_WORTH_A_RETRY = ("rate_limit", "server_error", "unreachable", "timeout", "not_understood")
_PLAIN_OPTIONS = {"max_tokens": ANSWER_TOKENS, "response_format": {"type": "json_object"}}
"""Options for servers without strict schemas; the prompt names the keys."""

_FENCE = re.compile(r"\A\s*```(?:json)?\s*(\{.*\})\s*```\s*\Z", re.DOTALL)


def _transport_failure(failed: openai.APIError) -> Declined:
    if isinstance(failed, openai.APITimeoutError):
        return Declined("timeout", "the model did not answer in time")
    if isinstance(failed, openai.APIConnectionError):
        return Declined("unreachable", "the model cannot be reached")
    if isinstance(failed, openai.RateLimitError):
        wait = _seconds(failed.response.headers.get("retry-after"))
        return Declined("rate_limit", "the model is over its rate limit", wait)
    if isinstance(failed, (openai.AuthenticationError, openai.PermissionDeniedError)):
        return Declined("key_refused", "the model's server refused our key")
    if isinstance(failed, (openai.BadRequestError, openai.UnprocessableEntityError)):
        return Declined("not_understood", "the model's server did not understand the question")
    if isinstance(failed, openai.APIStatusError):
        return Declined(
            "server_error",
            Sentence("the model's server failed ({status})", status=str(failed.status_code)),
        )
    return Declined("unreadable", "the model's answer could not be read")


def _unwrapped(said: str) -> str:
    """Return the JSON object, also from a code fence of a server without structured output."""
    found = _FENCE.match(said)
    return found[1] if found else said


def _content_failure(wrong: list[Problem]) -> tuple[str, str]:
    codes = [problem.code for problem in wrong]
    if codes == ["empty"]:
        return "empty", Sentence("the model's answer was empty")
    if codes == ["cut_off"]:
        return "cut_off", Sentence("the model's answer was cut off")
    if codes == ["unreadable"]:
        return "unreadable", Sentence("the model's answer could not be read")
    named = ", ".join(code.replace("_", " ") for code in dict.fromkeys(codes))
    return "against_rules", Sentence("the model's wording broke our rules ({rules})", rules=named)


def _seconds(header: str | None) -> float:
    """Return Retry-After in seconds; a date or an invalid value counts as 60."""
    if header is None:
        return 0.0
    try:
        return max(0.0, float(header))
    except ValueError:
        return 60.0


def _alike(opener: str, earlier: str) -> bool:
    return SequenceMatcher(None, opener.split(), earlier.split()).ratio() > ALIKE
