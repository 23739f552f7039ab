"""Cards into the queue: from due causes to rows, inside the caller's unit of work.

A card is never empty: the template writes it here and now, also for thousands at once in a replay.
Where a model is configured, a job enqueued in the same transaction lets it rewrite the draft.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from pulse import clock, logs, settings
from pulse.cards import admission
from pulse.cards import settings as card_settings
from pulse.cards.admission import Admission, Candidate, admit, seed_of
from pulse.cards.bandit.bandit import Ledger
from pulse.cards.bandit.bandit_store import ledger_of, record_holdouts, record_trials
from pulse.cards.drafting.templates import Draft, draft
from pulse.cards.maintenance import retire_stale
from pulse.cards.maintenance import wake_due as wake_due
from pulse.cards.outcomes.suggested_outcomes import propose_outcomes as propose_outcomes
from pulse.cards.priority import rank
from pulse.cards.reasons import moved, reasons
from pulse.cards.reprioritization import reprioritise as reprioritise
from pulse.cards.reprioritization import value_high
from pulse.cards.settings import CardRules
from pulse.cards.triggers import CardContext, due
from pulse.db.transaction import Unit
from pulse.i18n.languages import language_of
from pulse.jobs.queue import enqueue
from pulse.live.hub import announce
from pulse.live.messages import Message

MOST_FACTORS = 8


class Prepared(msgspec.Struct, frozen=True):
    """A card ready to be written; chance is how likely its style was, variant picks the text."""

    candidate: Candidate
    draft: Draft
    language: str
    style: str
    chance: float
    variant: int


async def insert(unit: Unit, cards: Sequence[Prepared], note: str) -> list[Any]:
    """Insert all in one statement; a card that somebody else opened meanwhile is left alone."""
    columns = [
        ("customer_id", "uuid", [c.candidate.context.customer_id for c in cards]),
        ("cause", "text", [c.candidate.trigger.cause for c in cards]),
        ("ai_generated_opener", "text", [c.draft.opener for c in cards]),
        ("style", "text", [c.style for c in cards]),
        ("language", "text", [c.language for c in cards]),
        ("reason", "text", [c.draft.reason for c in cards]),
        ("channel", "text", [c.draft.channel for c in cards]),
        ("follow_up", "text", [c.draft.follow_up for c in cards]),
        (
            "reasons",
            "jsonb",
            [_json(reasons(c.candidate.context, c.candidate.trigger)) for c in cards],
        ),
        ("evidence", "jsonb", [_json(evidence(c.candidate.context)) for c in cards]),
        ("priority", "float8", [c.candidate.priority.score for c in cards]),
        ("priority_reasons", "jsonb", [_json(c.candidate.priority.reasons) for c in cards]),
    ]
    names = ", ".join(name for name, _, _ in columns)
    arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind, _) in enumerate(columns, 4))
    return await unit.fetch(
        "INSERT INTO conversation_cards "
        f"(business_id, created_at, updated_at, writer, writer_note, {names}) "
        f"SELECT $1, $2, $2, 'template', $3, * FROM unnest({arrays}) "
        "ON CONFLICT (business_id, customer_id, cause) WHERE status IN ('pending', 'snoozed') "
        "DO NOTHING RETURNING id, customer_id, cause",
        unit.business_id,
        clock.now(),
        note,
        *[values for _, _, values in columns],
    )


def evidence(context: CardContext) -> dict[str, Any]:
    """What was known when the card was opened: it stays as it was, whatever changes later."""
    told = msgspec.to_builtins(context)
    told["factors"] = [msgspec.to_builtins(factor) for factor in _telling(context)]
    told["drop"], told["state"] = context.drop, context.state
    for identifying in ("business_id", "customer_id", "external_id", "name", "owner_id", "wanted"):
        told.pop(identifying, None)
    return dict(told)


def _telling(context: CardContext) -> list[Any]:
    """The factors worth keeping: what moved, then what weighs most."""
    first = moved(context.factors)
    rest = sorted(
        (factor for factor in context.factors if factor not in first),
        key=lambda factor: -abs(factor.contribution),
    )
    return [*first, *rest][:MOST_FACTORS]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


DRAFT_JOB = "card_draft"
TELL_ONE_BY_ONE = 20  # more new cards than this are announced as "read again"
REPLAYED = timedelta(hours=1)  # cards of an older clock are history: no model is asked for them
NOTE_ASKED = "The template wrote this; the model is being asked for a better one."
NOTE_NO_MODEL = "The template wrote this: no model is configured."
NOTE_SWITCHED_OFF = "The template wrote this: the model is switched off for this business."
NOTE_HISTORY = "The template wrote this: the card is from a replayed past."


class Opened(msgspec.Struct, frozen=True):
    """A card that is now in the queue."""

    id: UUID
    customer_id: UUID
    external_id: str
    cause: str
    priority: float


async def open_cards(unit: Unit, contexts: Sequence[CardContext]) -> list[Opened]:
    """Open the cards that these customers make due, as far as the rules let them in.

    Repeating it opens nothing twice. The caller's transaction decides whether any of it happened.
    """
    business = await unit.fetchrow(
        "SELECT name, locale, settings FROM businesses WHERE id = $1", unit.business_id
    )
    rules = card_settings.read(business["settings"])
    found = [(context, trigger) for context in contexts for trigger in due(context, rules)]
    if not found:
        return []
    await retire_stale(unit, rules)
    high = await value_high(unit)
    candidates = [
        Candidate(
            context,
            trigger,
            rank(context, trigger.cause, value_high=high, lapse_days=rules.lapse_days),
        )
        for context, trigger in found
    ]
    past, counts = await admission.past(unit, [each.context.customer_id for each in candidates])
    let_in = admit(candidates, past, rules, clock.now(), await admission.opened_today(unit))
    await record_holdouts(unit, let_in.held_out)
    opened = await _write(unit, let_in, counts, business, rules)
    _log(unit, let_in, opened)
    _tell(unit, opened)
    return opened


async def _write(
    unit: Unit, let_in: Admission, counts: dict[UUID, int], business: Any, rules: CardRules
) -> list[Opened]:
    if not let_in.admitted:
        return []
    ledger = await ledger_of(unit)
    prepared = {
        each.key: _prepare(each, ledger, counts, business, rules) for each in let_in.admitted
    }
    note, ask = _model_note(rules)
    rows = await insert(unit, [*prepared.values()], note)
    written = [(row["id"], prepared[row["customer_id"], row["cause"]]) for row in rows]
    await record_trials(
        unit,
        [
            (card_id, each.candidate, each.style, each.variant, each.chance)
            for card_id, each in written
        ],
    )
    if ask:
        ids = [str(card_id) for card_id, _ in written]
        await enqueue(unit, DRAFT_JOB, [{"card_id": each} for each in ids], keys=ids)
    return [
        Opened(
            card_id,
            each.candidate.context.customer_id,
            each.candidate.context.external_id,
            each.candidate.trigger.cause,
            each.candidate.priority.score,
        )
        for card_id, each in written
    ]


def _prepare(
    candidate: Candidate, ledger: Ledger, counts: dict[UUID, int], business: Any, rules: CardRules
) -> Prepared:
    context, cause = candidate.context, candidate.trigger.cause
    dice = np.random.default_rng(seed_of(f"{context.customer_id}:{cause}:{clock.today()}"))
    choice = ledger.choose(cause, context.state, dice)
    language = language_of(context.locale, business["locale"])
    variant = counts.get(context.customer_id, 0)
    written = draft(
        context,
        cause,
        style=choice.style,
        business=business["name"],
        reason=candidate.trigger.reason,
        language=language,
        variant=variant,
        channels=rules.channels,
    )
    return Prepared(candidate, written, language, choice.style, choice.chance, variant)


def _model_note(rules: CardRules) -> tuple[str, bool]:
    """What the card says about its writer, and whether the model is asked."""
    if not settings.current().openai_api_key:
        return NOTE_NO_MODEL, False
    if not rules.model_enabled:
        return NOTE_SWITCHED_OFF, False
    if is_history():
        return NOTE_HISTORY, False
    return NOTE_ASKED, True


def is_history() -> bool:
    """Whether the clock stands in a past that is being replayed."""
    return clock.now() < datetime.now(UTC) - REPLAYED


def _log(unit: Unit, let_in: Admission, opened: Sequence[Opened]) -> None:
    logs.event(
        "cards_opened",
        business_id=unit.business_id,
        opened=len(opened),
        held_out=len(let_in.held_out),
        refused=let_in.refused,
    )


def _tell(unit: Unit, opened: Sequence[Opened]) -> None:
    if len(opened) > TELL_ONE_BY_ONE:
        payload = {"kinds": ["card_created"]}
        announce(unit, Message(business_id=unit.business_id, kind="resync", payload=payload))
        return
    for card in opened:
        announce(
            unit,
            Message(
                business_id=unit.business_id,
                kind="card_created",
                customer_id=card.customer_id,
                external_id=card.external_id,
                payload={"card_id": card.id, "cause": card.cause, "priority": card.priority},
            ),
        )
