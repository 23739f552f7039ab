"""Insert cards for due causes, inside the caller's transaction.

A card always has a text: the template writes it at once, also for thousands of cards in a replay.
Where a model is configured, a job enqueued in the same transaction may rewrite the draft.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from pulse import clock, logs, settings
from pulse.cards import admission
from pulse.cards import settings as card_settings
from pulse.cards.admission import Admission, Candidate, admit, seed_of
from pulse.cards.bandit.bandit import Ledger
from pulse.cards.bandit.bandit_store import ledger_of, record_holdouts, record_trials
from pulse.cards.drafting.facts import kind_of
from pulse.cards.drafting.templates import draft
from pulse.cards.effects.strata import effects_in
from pulse.cards.evidence.card_rows_sql import PreparedCard, insert
from pulse.cards.evidence.ending import recoveries
from pulse.cards.maintenance import retire_stale
from pulse.cards.maintenance import wake_due as wake_due
from pulse.cards.outcomes.suggested_outcomes import propose_outcomes as propose_outcomes
from pulse.cards.priority import Scale, rank
from pulse.cards.reprioritization import reprioritise as reprioritise
from pulse.cards.reprioritization import value_high
from pulse.cards.settings import CardRules
from pulse.cards.triggers import OURS, CardContext, Trigger, due
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.events.publisher import record
from pulse.events.types import CardsOpened, OpenedCard
from pulse.i18n.languages import language_of
from pulse.i18n.sentences import marked
from pulse.jobs.queue import enqueue
from pulse.tables.business import Business

DRAFT_JOB = "card_draft"
REPLAYED = timedelta(hours=1)  # for moments further in the past no model is asked
NOTE_ASKED = marked("The template wrote this; the model is being asked for a better one.")
NOTE_NO_MODEL = marked("The template wrote this: no model is configured.")
NOTE_SWITCHED_OFF = marked("The template wrote this: the model is switched off for this business.")
NOTE_HISTORY = marked("The template wrote this: the card is from a replayed past.")


_BUSINESS = prepared(
    Business.select(Business.name, Business.locale, Business.currency, Business.settings).where(
        Business.id == Param("id")
    )
)


async def open_cards(
    unit: Unit, contexts: Sequence[CardContext], paused: Sequence[str] = ()
) -> list[OpenedCard]:
    """Open the cards that are due for these customers and allowed by the rules.

    Idempotent: a second call opens nothing twice. Everything happens in the caller's transaction.
    paused: causes that open no card now.
    """
    business = await _BUSINESS.row(unit, id=unit.business_id)
    assert business
    rules = card_settings.read(business["settings"])
    found = [
        (context, triggers) for context in contexts if (triggers := due(context, rules, paused))
    ]
    if not found:
        return []
    await retire_stale(unit, rules)
    effects = effects_in(business["settings"])
    scale = Scale(await value_high(unit), rules.lapse_days, business["currency"], effects)
    candidates = [
        candidate
        for context, triggers in found
        for candidate in candidates_of(context, triggers, scale)
        if _may_speak(candidate)
    ]
    past, counts = await admission.past(unit, [each.context.customer_id for each in candidates])
    free = await admission.free_today(unit, rules)
    admitted = admit(candidates, past, rules, clock.now(), free, effects)
    await record_holdouts(unit, admitted.held_out)
    await record_holdouts(unit, admitted.left_alone, advised=True)
    opened = await _write(unit, admitted, counts, business, rules)
    _log(unit, admitted, opened)
    if opened:
        record(unit, CardsOpened(cards=opened))
    return opened


def _may_speak(candidate: Candidate) -> bool:
    """Return whether there is something to write about: a fact, a request, or a package's cause."""
    cause = candidate.trigger.cause
    known = kind_of(candidate.context, cause) is not None
    return known or candidate.trigger.asked or cause not in OURS


def candidates_of(
    context: CardContext, triggers: Sequence[Trigger], scale: Scale
) -> list[Candidate]:
    """Return one candidate per cause, each with the others in `also`; at most one of them opens."""
    return [
        Candidate(
            context,
            trigger,
            rank(context, trigger.cause, scale),
            tuple(other for other in triggers if other is not trigger),
        )
        for trigger in triggers
    ]


async def _write(
    unit: Unit, admitted: Admission, counts: dict[UUID, int], business: Any, rules: CardRules
) -> list[OpenedCard]:
    if not admitted.admitted:
        return []
    ledger = await ledger_of(unit)
    prepared = {
        each.key: _prepare(each, ledger, counts, business, rules) for each in admitted.admitted
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
        OpenedCard(
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
) -> PreparedCard:
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
        channels=rules.allowed_channels,
        salutation=rules.salutation,
    )
    return PreparedCard(
        candidate,
        written,
        language,
        choice.style,
        choice.chance,
        variant,
        recoveries(candidate.causes, {}, context, rules),
    )


def _model_note(rules: CardRules) -> tuple[str, bool]:
    """Return the note on the card about who wrote it, and whether to ask the model."""
    if not settings.current().openai_api_key:
        return NOTE_NO_MODEL, False
    if not rules.model_enabled:
        return NOTE_SWITCHED_OFF, False
    if is_history():
        return NOTE_HISTORY, False
    return NOTE_ASKED, True


def is_history() -> bool:
    """Return whether the clock is set to a past moment that is being replayed."""
    return clock.now() < datetime.now(UTC) - REPLAYED


def _log(unit: Unit, admitted: Admission, opened: Sequence[OpenedCard]) -> None:
    logs.event(
        "cards_opened",
        business_id=unit.business_id,
        opened=len(opened),
        held_out=len(admitted.held_out),
        refused=admitted.refused,
    )
