"""Outcomes suggested by later events: proposed by Pulse, confirmed by a person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from piccolo.columns.combination import WhereRaw

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.cards import settings as card_settings
from pulse.cards.lifecycle import record_outcome
from pulse.cards.maintenance import cards_changed
from pulse.cards.outcomes import outcomes_sql
from pulse.cards.queries import CardView, view
from pulse.cards.settings import CardRules
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.events.publisher import record
from pulse.i18n.sentences import (
    ENGLISH,
    Day,
    Sentence,
    as_text,
    from_text,
    plural_sentence,
    said_in,
)
from pulse.tables.business import Business
from pulse.tables.card import CardProposal

NEGATIVE_KINDS = (
    "cancellation",
    "cancelled",
    "canceled",
    "cancel",
    "refund",
    "return",
    "complaint",
    "unsubscribe",
    "unsubscribed",
    "churn",
    "churned",
)
"""Events that are no sign of a return."""


async def propose_outcomes(scope: Scope) -> int:
    """Propose outcomes for delivered cards from the customer's later events; returns how many.

    A payment suggests converted, any other event responded, no event in the whole window ignored. A
    person accepts or declines the proposal.
    """
    async with tenant(scope) as unit:
        business = (
            await Business.select(Business.settings).where(Business.id == unit.business_id).first()
        )
        rules = card_settings.read(business["settings"] if business else None)
        window = timedelta(days=rules.outcome_window_days)
        rows = await outcomes_sql.since_delivery(unit, window, NEGATIVE_KINDS)
        suggested = [
            (row, *proposal) for row in rows if (proposal := _proposal(row, rules)) is not None
        ]
        fresh = await _propose(unit, suggested) if suggested else []
        kept = {row["card_id"] for row in fresh}
        record(
            unit, cards_changed([row for row, _, _ in suggested if row["id"] in kept], "actioned")
        )
        return len(kept)


async def _propose(unit: Unit, suggested: Sequence[tuple[Any, str, str]]) -> list[dict[str, Any]]:
    """Write proposals; returns those that are new or changed."""
    now = clock.now()
    return (
        await CardProposal.insert(
            *(
                CardProposal(
                    business_id=unit.business_id,
                    card_id=row["id"],
                    outcome=outcome,
                    because=as_text(because),
                )
                for row, outcome, because in suggested
            )
        )
        .on_conflict(
            target=(CardProposal.business_id, CardProposal.card_id),
            action="DO UPDATE",
            values=[
                CardProposal.outcome,
                CardProposal.because,
                (CardProposal.declined_at, None),
                (CardProposal.updated_at, now),
            ],
            where=WhereRaw("card_proposals.outcome <> excluded.outcome"),
        )
        .returning(CardProposal.card_id)
    )


def _proposal(row: Any, rules: CardRules) -> tuple[str, str] | None:
    if row["paid_at"] is not None:
        day, kind = Day(row["paid_at"].date()), row["paid_kind"]
        return "converted", Sentence("Paid event on {day} ({kind}).", day=day, kind=kind)
    if row["seen_at"] is not None:
        return "responded", Sentence("Sign of life on {day}.", day=Day(row["seen_at"].date()))
    if row["shared_at"] is not None:
        day = Day(row["shared_at"].date())
        return "responded", Sentence("Told us how they are on {day}.", day=day)
    if clock.now() - row["actioned_at"] >= timedelta(days=rules.outcome_window_days):
        days = rules.outcome_window_days
        return "ignored", plural_sentence(
            "Nothing for {n} day after delivery.", "Nothing for {n} days after delivery.", days
        )
    return None


async def accept_proposal(
    scope: Scope, card_id: UUID, revision: int | None = None, language: str = ENGLISH
) -> CardView:
    """Yes, the proposed outcome is what came of it; Conflict when the card has moved on since.

    Why it was proposed becomes the note, in the language of whoever accepts it.
    """
    async with tenant(scope) as unit:
        proposed = await _proposed(unit, card_id)
    because = said_in(language, from_text(proposed["because"]))
    return await record_outcome(scope, card_id, proposed["outcome"], because, revision, language)


async def decline_proposal(scope: Scope, card_id: UUID) -> CardView:
    """Decline the proposal; the same outcome is not proposed again."""
    scope.require(Permission.work_cards)
    async with tenant(scope) as unit:
        await _proposed(unit, card_id)
        await CardProposal.update({CardProposal.declined_at: clock.now()}).where(
            CardProposal.business_id == unit.business_id, CardProposal.card_id == card_id
        )
        return await view(unit, card_id)


async def _proposed(unit: Unit, card_id: UUID) -> Any:
    row = (
        await CardProposal.select(CardProposal.outcome, CardProposal.because)
        .where(
            CardProposal.business_id == unit.business_id,
            CardProposal.card_id == card_id,
            CardProposal.declined_at.is_null(),
        )
        .first()
    )
    if row is None:
        raise NotFound("Nothing is proposed for this card.", code="CARD_NO_PROPOSAL")
    return row
