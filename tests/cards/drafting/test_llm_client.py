"""Every behaviour of the model over real HTTP gives one valid card that says who wrote it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import pytest

from pulse import settings
from pulse.auth.scope import Scope
from pulse.cards import lifecycle
from pulse.cards.drafting import draft_job, few_shot, llm_client
from pulse.cards.drafting.guardrails import problems
from pulse.cards.queries import CardView, card, listing
from pulse.cards.triggers import DeclaredContext
from pulse.db.transaction import tenant
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import opened, picture, settings_of_cards
from tests.fixtures.jobs import queue_is_empty, until, working
from tests.fixtures.openai_server import OpenAIServer, openai_server

pytestmark = [pytest.mark.usefixtures("openai_server"), pytest.mark.slow]
__all__ = ["openai_server"]
KNOWN = ("Rosa Lind", "The Shop", "March 2024")


@pytest.fixture
async def modelled(
    shop: Scope, openai_server: OpenAIServer, chosen_settings: settings.Settings
) -> AsyncIterator[Scope]:
    """A business whose cards the local model server may rewrite."""
    await settings_of_cards(shop)
    settings.choose(
        msgspec.structs.replace(
            chosen_settings,
            openai_api_key="test",
            openai_base_url=openai_server.url,
            openai_timeout=30.0,
        )
    )
    yield shop
    await draft_job.close()
    settings.choose(chosen_settings)


@pytest.fixture
def quick(modelled: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause before a retry."""
    monkeypatch.setattr("pulse.cards.drafting.llm_call.RETRY_PAUSE", 0.01)


def be_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short time-outs, for a model that does not answer; one that does may take longer."""
    settings.choose(msgspec.structs.replace(settings.current(), openai_timeout=0.3))
    monkeypatch.setattr(llm_client, "OUTER_EXTRA", 0.2)


async def drafted(scope: Scope, customer_id: UUID, **facts: Any) -> CardView:
    """Open a card, run the job as in production, and return the card."""
    (made,) = await opened(scope, picture(scope, customer_id, **facts))
    async with working():
        await queue_is_empty()
    return await card(scope, made.id)


async def test_a_healthy_model_writes_the_card_and_the_card_says_so(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer
) -> None:
    found = await drafted(modelled, await make_customer(modelled, "c1", name="Rosa Lind"))
    assert found.writer == "model"
    assert found.writer_note == "The model wrote this (gpt-4o-mini)."
    assert found.opener.startswith("Hello Rosa, I wanted to check in")
    assert found.reason == "They came by less often than before."
    assert found.prompt_version == "opener-4"
    assert (found.tokens_in, found.tokens_out) == (900, 100)
    assert found.cost == pytest.approx((900 * 0.15 + 100 * 0.60) / 1e6)
    assert len(openai_server.requests) == 1


MOODS = {
    "rate_limit": "the model is over its rate limit",
    "server_error": "the model's server failed (500)",
    "key_refused": "the model's server refused our key",
    "bad_request": "the model's server did not understand the question",
    "hang_up": "the model cannot be reached",
    "malformed_body": "the model's answer could not be read",
    "malformed_json": "the model's answer could not be read",
    "not_json": "the model's answer could not be read",
    "wrong_schema": "the model's answer could not be read",
    "refusal": "the model declined to write it",
    "cut_off": "the model's answer was cut off",
    "empty": "the model's answer was empty",
    "no_choices": "the model's answer was empty",
    "hostile": "the model's wording broke our rules",
    "price": "the model's wording broke our rules (price, figures)",
    "link": "the model's wording broke our rules (link)",
    "wrong_language": "the model's wording broke our rules (language)",
    "wrong_channel": "the model's wording broke our rules (channel)",
    "slow": "the model",
}


@pytest.mark.parametrize("mood", MOODS)
async def test_every_failure_mode_gives_one_valid_card_with_the_reason(
    quick: None,
    modelled: Scope,
    make_customer: MakeCustomer,
    openai_server: OpenAIServer,
    mood: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if mood == "slow":
        be_impatient(monkeypatch)
    openai_server.mode = mood
    found = await drafted(modelled, await make_customer(modelled, "c1", name="Rosa Lind"))
    assert found.writer == "template"
    assert found.writer_note.startswith(f"The template wrote this: {MOODS[mood]}")
    assert not problems(found.opener, language="en", allowed=KNOWN)
    assert len((await listing(modelled)).cards) == 1 <= len(openai_server.requests) <= 2


@pytest.mark.parametrize("mood", ["rate_limit", "server_error", "hang_up"])
async def test_a_temporary_failure_is_retried_once(
    quick: None,
    modelled: Scope,
    make_customer: MakeCustomer,
    openai_server: OpenAIServer,
    mood: str,
) -> None:
    openai_server.script = [mood]
    found = await drafted(modelled, await make_customer(modelled, "c1"))
    assert found.writer == "model"
    assert len(openai_server.requests) == 2


@pytest.mark.parametrize("mood", ["malformed_json", "wrong_schema", "price", "link", "empty"])
async def test_one_correction_names_the_broken_rule(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer, mood: str
) -> None:
    openai_server.script = [mood]
    found = await drafted(modelled, await make_customer(modelled, "c1"))
    assert found.writer == "model"
    assert found.writer_note == "The model wrote this (gpt-4o-mini, after one correction)."
    assert openai_server.requests[1]["messages"][-1]["content"].startswith("Not usable yet.")


@pytest.mark.parametrize(("mode", "calls"), [("old_server", 2), ("fenced", 1)])
async def test_servers_without_strict_schemas_are_supported(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer, mode: str, calls: int
) -> None:
    openai_server.mode = mode
    found = await drafted(modelled, await make_customer(modelled, "c1"))
    assert found.writer_note == "The model wrote this (gpt-4o-mini)."
    assert len(openai_server.requests) == calls


async def test_a_long_retry_after_opens_the_circuit_without_waiting(
    quick: None, modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer
) -> None:
    openai_server.mode, openai_server.retry_after = "rate_limit", "60"
    first = await drafted(modelled, await make_customer(modelled, "c1"))
    assert "rate limit" in first.writer_note
    openai_server.mode = "normal"
    second = await make_customer(modelled, "c2")
    (made,) = await opened(modelled, picture(modelled, second, "c2"))
    await draft_job.rewrite(modelled, made.id)
    assert "failed several times" in (await card(modelled, made.id)).writer_note
    assert len(openai_server.requests) == 1


async def test_the_time_out_covers_retry_and_correction_together(
    quick: None,
    modelled: Scope,
    make_customer: MakeCustomer,
    openai_server: OpenAIServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    be_impatient(monkeypatch)
    openai_server.script, openai_server.mode = ["malformed_json"], "slow"
    found = await drafted(modelled, await make_customer(modelled, "c1"))
    assert found.writer == "template"
    assert "time" in found.writer_note or "longer" in found.writer_note


async def test_the_daily_budget_is_never_exceeded_and_the_card_says_so(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer
) -> None:
    await settings_of_cards(modelled, tokens_per_day=5_000)
    notes = []
    for n in range(4):
        who = await make_customer(modelled, f"c{n}")
        found = await drafted(modelled, who, external_id=f"c{n}")
        notes.append(found.writer_note)
    assert notes[0] == "The model wrote this (gpt-4o-mini)."
    assert notes[-1] == draft_job.NOTE_BUDGET
    async with tenant(modelled) as unit:
        spent = await unit.fetchrow("SELECT * FROM card_budgets")
    assert spent["reserved"] == 0
    assert spent["tokens_in"] + spent["tokens_out"] <= 5_000
    assert spent["calls"] == len(openai_server.requests)


async def test_an_edit_made_before_the_models_answer_is_kept(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer
) -> None:
    openai_server.mode = "slow"
    who = await make_customer(modelled, "c1")
    (made,) = await opened(modelled, picture(modelled, who))
    async with working():
        assert await asyncio.to_thread(openai_server.asked.wait, 60)
        await lifecycle.save_draft(modelled, made.id, "My own words to you, Rosa.")
        openai_server.release.set()
        await queue_is_empty()
    found = await card(modelled, made.id)
    assert found.opener == "My own words to you, Rosa."
    assert found.writer == "template"
    assert found.writer_note == draft_job.NOTE_FASTER


async def test_a_persons_text_takes_precedence_over_a_changed_draft(
    modelled: Scope, make_customer: MakeCustomer
) -> None:
    who = await make_customer(modelled, "c1")
    (made,) = await opened(modelled, picture(modelled, who))
    seen = await card(modelled, made.id)
    await draft_job.rewrite(modelled, made.id)
    edited = await lifecycle.save_draft(modelled, made.id, "My own words to you.", seen.revision)
    assert edited.opener == "My own words to you."


async def test_a_repeated_job_calls_no_model_again(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer
) -> None:
    found = await drafted(modelled, await make_customer(modelled, "c1"))
    await draft_job.rewrite(modelled, found.id)
    assert len(openai_server.requests) == 1
    assert (await card(modelled, found.id)).revision == found.revision


async def test_the_model_is_never_called_inside_a_transaction(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer
) -> None:
    openai_server.mode = "slow"
    who = await make_customer(modelled, "c1")
    await opened(modelled, picture(modelled, who))

    async def nothing_is_open() -> bool:
        async with tenant(modelled) as unit:
            return not await unit.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%'"
            )

    async with working():
        assert await asyncio.to_thread(openai_server.asked.wait, 60)
        await until(nothing_is_open, 20)  # the worker's other work may be in the middle of one
        openai_server.release.set()
        await queue_is_empty()


async def test_without_a_key_the_template_is_used_and_no_job_enqueued(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await settings_of_cards(shop)
    (made,) = await opened(shop, picture(shop, await make_customer(shop, "c1")))
    await draft_job.rewrite(shop, made.id)
    assert (await card(shop, made.id)).writer_note.endswith("no model is configured.")


async def test_answered_openers_become_examples_without_names(
    modelled: Scope, make_customer: MakeCustomer, openai_server: OpenAIServer
) -> None:
    first = await drafted(modelled, await make_customer(modelled, "c1", name="Rosa Lind"))
    await lifecycle.action(
        modelled, first.id, "Hello Rosa, how have you been getting on with the lamp?"
    )
    await lifecycle.record_outcome(modelled, first.id, "converted")
    async with tenant(modelled) as unit:
        await unit.execute("UPDATE conversation_cards SET style = 'warm', outcome = 'converted'")
        found = await few_shot.best(unit, "erosion", "en", "warm")
    assert found == ("Hello Name, how have you been getting on with the lamp?",)


async def test_the_customer_s_language_is_requested_and_checked(
    modelled: Scope, make_customer: MakeCustomer
) -> None:
    who = await make_customer(modelled, "c1", locale="de", name="Rosa Lind")
    found = await drafted(modelled, who, locale="de", declared=DeclaredContext("busy"))
    assert found.writer == "model"
    assert found.opener.startswith("Guten Tag Rosa Lind, ich möchte")
