"""The durable job in which the model rewrites a draft: read, call and write are separate steps.

The model is never called inside a transaction. The template's draft stays valid whatever happens:
after a crash the job is repeated, an edit by a person takes precedence, and a model failure leaves
a note on the card.
"""

from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column

from pulse import settings
from pulse.auth.scope import Scope
from pulse.cards import settings as card_settings
from pulse.cards.creation import DRAFT_JOB, NOTE_ASKED
from pulse.cards.drafting import budget, few_shot
from pulse.cards.drafting.prompt import PROMPT_VERSION, Earlier, Request, build
from pulse.cards.maintenance import cards_changed
from pulse.cards.settings import CardRules
from pulse.cards.transitions import THE_MODEL
from pulse.cards.triggers import CardContext
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.events.publisher import record
from pulse.i18n.sentences import as_text, from_text, marked
from pulse.jobs.registry import Job, handles
from pulse.tables.card import ConversationCard

EARLIER_CARDS = 5
NOTE_BUDGET = marked("The template wrote this: today's token budget for the model is used up.")
NOTE_FASTER = marked("The template wrote this: a person was faster than the model.")


class _Task(msgspec.Struct, frozen=True):
    request: Request
    rules: CardRules
    revision: int
    reserved: int


@handles(DRAFT_JOB, attempts=3)
async def draft_card(job: Job) -> None:
    """Let the model rewrite one card. Idempotent."""
    await rewrite(job.scope, UUID(job.body["card_id"]))


async def rewrite(scope: Scope, card_id: UUID) -> None:
    """Ask the model for a better draft, if the card still waits for one."""
    from pulse.cards.drafting import (
        llm_client,  # importing openai takes 0.6 s, so only where a model is configured
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
    """Return the request; None when there is nothing left to do or no budget."""
    row = await _CARD.row(unit, business_id=unit.business_id, id=card_id)
    if row is None or row["writer_note"] != NOTE_ASKED:
        return None
    if row["status"] != "pending" or row["edited_opener"] is not None:
        await _note(unit, card_id, NOTE_FASTER)
        return None
    rules = card_settings.read(row["settings"])
    request = await _request(unit, card_id, row, rules)
    tokens = 2 * build(request).tokens  # one correction is allowed
    # A reservation left by an aborted run of this card is reused, not made a second time.
    reserved = row["tokens_in"] or await budget.reserve(unit, tokens, rules.tokens_per_day)
    if not reserved:
        await _note(unit, card_id, NOTE_BUDGET)
        record(unit, cards_changed([{**row, "id": card_id}], row["status"]))
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
    before = (
        await ConversationCard.select(
            ConversationCard.cause,
            ConversationCard.edited_opener,
            ConversationCard.ai_generated_opener,
            ConversationCard.outcome,
        )
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.customer_id == row["customer_id"],
            ConversationCard.id != card_id,
        )
        .order_by(ConversationCard.created_at, ascending=False)
        .limit(EARLIER_CARDS)
    )
    return Request(
        context=msgspec.convert(told, CardContext, strict=False),
        cause=row["cause"],
        reason=from_text(row["reason"]),
        style=row["style"],
        language=row["language"],
        business=row["business"],
        rules=rules,
        mark=card_id.hex[-12:],
        earlier=tuple(
            Earlier(e["cause"], e["edited_opener"] or e["ai_generated_opener"], e["outcome"])
            for e in before
        ),
        examples=await few_shot.best(unit, row["cause"], row["language"], row["style"]),
    )


async def _write(unit: Unit, card_id: UUID, task: _Task, written: Any, cost: float) -> None:
    """Write the model's text to the card, unless somebody has changed the card meanwhile."""
    await _used(unit, card_id, written.tokens_in, written.tokens_out, cost)
    answer = written.answer
    values: dict[Column | str, Any] = {
        ConversationCard.writer_note: as_text(written.note),
        ConversationCard.prompt_version: PROMPT_VERSION,
    }
    if answer:
        values |= {
            ConversationCard.writer: "model",
            ConversationCard.ai_generated_opener: answer.opener.strip(),
            ConversationCard.reason: as_text(answer.reason.strip()),
            ConversationCard.channel: answer.channel,
            ConversationCard.follow_up: answer.follow_up.strip(),
            ConversationCard.changed_by: THE_MODEL,
            ConversationCard.revision: ConversationCard.revision + 1,
        }
    changed = (
        await ConversationCard.update(values)
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.id == card_id,
            ConversationCard.status == "pending",
            ConversationCard.edited_opener.is_null(),
            ConversationCard.revision == task.revision,
            ConversationCard.writer_note == NOTE_ASKED,
        )
        .returning(ConversationCard.customer_id, ConversationCard.status)
    )
    row = changed[0] if changed else None
    if row is None:
        await _note(unit, card_id, NOTE_FASTER)
        return
    record(unit, cards_changed([{**row, "id": card_id}], row["status"]))


async def _used(unit: Unit, card_id: UUID, tokens_in: int, tokens_out: int, cost: float) -> None:
    used: dict[Column | str, Any] = {
        ConversationCard.tokens_in: tokens_in,
        ConversationCard.tokens_out: tokens_out,
        ConversationCard.cost: cost,
    }
    await ConversationCard.update(used, use_auto_update=False).where(
        ConversationCard.business_id == unit.business_id, ConversationCard.id == card_id
    )


async def _note(unit: Unit, card_id: UUID, note: str) -> None:
    """Note why the template's text stays; only while the model was still being asked."""
    await ConversationCard.update({ConversationCard.writer_note: note}).where(
        ConversationCard.business_id == unit.business_id,
        ConversationCard.id == card_id,
        ConversationCard.writer_note == NOTE_ASKED,
    )


async def close() -> None:
    """Close this process's model client, if one was created."""
    if settings.current().openai_api_key:
        from pulse.cards.drafting import llm_client

        await llm_client.close()


_CUSTOMER: Any = ConversationCard.customer_id  # joins customers
_BUSINESS: Any = ConversationCard.business_id  # joins businesses
_CARD = prepared(
    ConversationCard.select(
        ConversationCard.status,
        ConversationCard.cause,
        ConversationCard.style,
        ConversationCard.language,
        ConversationCard.reason,
        ConversationCard.evidence,
        ConversationCard.revision,
        ConversationCard.writer_note,
        ConversationCard.tokens_in,
        ConversationCard.edited_opener,
        ConversationCard.customer_id,
        _CUSTOMER.external_id.as_alias("external_id"),
        _CUSTOMER.name.as_alias("name"),
        _BUSINESS.name.as_alias("business"),
        _BUSINESS.settings.as_alias("settings"),
    ).where(
        ConversationCard.business_id == Param("business_id"), ConversationCard.id == Param("id")
    )
)
