"""The durable job that lets the model rewrite a draft: look, ask, write, each on its own.

The model is never asked inside a transaction. Whatever happens in between, the template's draft
stands: a crash repeats the job, a person who was faster wins, a failing model leaves a note.
"""

from typing import Any
from uuid import UUID

import msgspec

from pulse import clock, settings
from pulse.auth.scope import Scope
from pulse.cards import settings as card_settings
from pulse.cards.creation import DRAFT_JOB, NOTE_ASKED
from pulse.cards.drafting import budget, few_shot
from pulse.cards.drafting.prompt import PROMPT_VERSION, Earlier, Request, build
from pulse.cards.maintenance import tell_changed
from pulse.cards.settings import CardRules
from pulse.cards.transitions import THE_MODEL
from pulse.cards.triggers import CardContext
from pulse.db.transaction import Unit, tenant
from pulse.jobs.registry import Job, handles

EARLIER_CARDS = 5
NOTE_BUDGET = "The template wrote this: today's token budget for the model is used up."
NOTE_FASTER = "The template wrote this: a person was faster than the model."


class _Task(msgspec.Struct, frozen=True):
    request: Request
    rules: CardRules
    revision: int
    reserved: int


@handles(DRAFT_JOB, attempts=3)
async def draft_card(job: Job) -> None:
    """Let the model rewrite one card; doing it again changes nothing."""
    await rewrite(job.scope, UUID(job.body["card_id"]))


async def rewrite(scope: Scope, card_id: UUID) -> None:
    """Ask the model for a better draft of a card that still waits for one."""
    from pulse.cards.drafting import (
        llm_client,  # openai takes 0.6 s to import: only where there is a model
    )

    asking = llm_client.current()
    if asking is None:
        return
    async with tenant(scope) as unit:
        task = await _look(unit, card_id)
    if task is None:
        return
    written = await asking.write(task.request)
    async with tenant(scope) as unit:
        cost = budget.cost_of(asking.model, written.tokens_in, written.tokens_out, task.rules)
        used = (written.calls, written.tokens_in, written.tokens_out, cost)
        await budget.settle(unit, task.reserved, *used)
        await _write(unit, card_id, task, written, cost)


async def _look(unit: Unit, card_id: UUID) -> _Task | None:
    """What to ask; None when there is nothing to do (any more), or no budget for it."""
    row = await unit.fetchrow(CARD, unit.business_id, card_id)
    if row is None or row["writer_note"] != NOTE_ASKED:
        return None
    if row["status"] != "pending" or row["edited_opener"] is not None:
        await _note(unit, card_id, NOTE_FASTER)
        return None
    rules = card_settings.read(row["settings"])
    request = await _request(unit, card_id, row, rules)
    tokens = 2 * build(request).tokens  # one correction is allowed
    # What a run that died had reserved for this card is still reserved: it is not taken twice.
    reserved = row["tokens_in"] or await budget.reserve(unit, tokens, rules.tokens_per_day)
    if not reserved:
        await _note(unit, card_id, NOTE_BUDGET)
        tell_changed(unit, card_id, row["customer_id"], row["status"], None)
        return None
    await _used(unit, card_id, reserved, 0, 0.0)
    return _Task(request, rules, row["revision"], reserved)


async def _request(unit: Unit, card_id: UUID, row: Any, rules: CardRules) -> Request:
    told = {
        **row["evidence"],
        "business_id": unit.business_id,
        "customer_id": row["customer_id"],
        "external_id": row["external_id"],
        "name": row["name"],
    }
    before = await unit.fetch(EARLIER, unit.business_id, row["customer_id"], card_id, EARLIER_CARDS)
    return Request(
        context=msgspec.convert(told, CardContext, strict=False),
        cause=row["cause"],
        reason=row["reason"],
        style=row["style"],
        language=row["language"],
        business=row["business"],
        rules=rules,
        mark=card_id.hex[-12:],
        earlier=tuple(Earlier(e["cause"], e["opener"], e["outcome"]) for e in before),
        examples=await few_shot.best(unit, row["cause"], row["language"], row["style"]),
    )


async def _write(unit: Unit, card_id: UUID, task: _Task, written: Any, cost: float) -> None:
    """Put the model's words on the card, unless somebody has moved it on meanwhile."""
    await _used(unit, card_id, written.tokens_in, written.tokens_out, cost)
    answer = written.answer
    words = (
        (answer.opener.strip(), answer.reason.strip(), answer.channel, answer.follow_up.strip())
        if answer
        else ()
    )
    row = await unit.fetchrow(
        f"UPDATE conversation_cards SET {WORDS if answer else NOTE}, prompt_version = $5, "
        "updated_at = $6 WHERE business_id = $1 AND id = $2 AND status = 'pending' "
        "AND edited_opener IS NULL AND revision = $3 AND writer_note = $7 "
        "RETURNING customer_id, status",
        unit.business_id,
        card_id,
        task.revision,
        written.note,
        PROMPT_VERSION,
        clock.now(),
        NOTE_ASKED,
        *words,
    )
    if row is None:
        await _note(unit, card_id, NOTE_FASTER)
        return
    tell_changed(unit, card_id, row["customer_id"], row["status"], None)


async def _used(unit: Unit, card_id: UUID, tokens_in: int, tokens_out: int, cost: float) -> None:
    await unit.execute(
        "UPDATE conversation_cards SET tokens_in = $3, tokens_out = $4, cost = $5 "
        "WHERE business_id = $1 AND id = $2",
        unit.business_id,
        card_id,
        tokens_in,
        tokens_out,
        cost,
    )


async def _note(unit: Unit, card_id: UUID, note: str) -> None:
    """Say why the template's words stay; only where the model was still being asked."""
    await unit.execute(
        "UPDATE conversation_cards SET writer_note = $3, updated_at = now() "
        "WHERE business_id = $1 AND id = $2 AND writer_note = $4",
        unit.business_id,
        card_id,
        note,
        NOTE_ASKED,
    )


async def close() -> None:
    """Close the model's client of this process, if one was ever needed."""
    if settings.current().openai_api_key:
        from pulse.cards.drafting import llm_client

        await llm_client.close()


NOTE = "writer_note = $4"
WORDS = (
    "writer = 'model', writer_note = $4, ai_generated_opener = $8, reason = $9, channel = $10, "
    f"follow_up = $11, changed_by = '{THE_MODEL}', revision = revision + 1"
)
CARD = """
SELECT k.status, k.cause, k.style, k.language, k.reason, k.evidence, k.revision, k.writer_note,
  k.tokens_in, k.edited_opener, k.customer_id, c.external_id, c.name, b.name AS business, b.settings
FROM conversation_cards k
JOIN customers c ON c.business_id = k.business_id AND c.id = k.customer_id
JOIN businesses b ON b.id = k.business_id
WHERE k.business_id = $1 AND k.id = $2
"""
EARLIER = """
SELECT cause, coalesce(edited_opener, ai_generated_opener) AS opener, outcome
FROM conversation_cards WHERE business_id = $1 AND customer_id = $2 AND id <> $3
ORDER BY created_at DESC LIMIT $4
"""
