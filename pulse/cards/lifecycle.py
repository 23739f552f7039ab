"""The states of a card: pending, snoozed, dismissed; or actioned, then completed.

Each step checks the role, locks the card, detects concurrent changes, writes the audit entry in the
same transaction and publishes the change after it. `revision` is the version that the caller saw;
when the card has changed since, the step is refused with the name of the person who changed it.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import staff_with
from pulse.cards import channels
from pulse.cards.bandit import bandit_store
from pulse.cards.drafting.diff import edit_share
from pulse.cards.maintenance import cards_changed
from pulse.cards.outcomes import help_follow_up
from pulse.cards.queries import CardView, view
from pulse.cards.transitions import (
    audit_and_publish,
    check_revision,
    has_newer_card,
    locked,
    restore_types,
    step,
    write,
)
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid
from pulse.events.publisher import record
from pulse.events.types import OutcomeRecorded, ReadAgain
from pulse.i18n.sentences import ENGLISH, Sentence
from pulse.tables.card import ConversationCard

OUTCOMES = ("responded", "ignored", "converted")
OPEN = ("pending", "snoozed")
LONGEST_OPENER = 2_000  # characters; a person may write more than a draft may contain
LONGEST_REASON = 300
LONGEST_SNOOZE = timedelta(days=90)


async def save_draft(
    scope: Scope, card_id: UUID, text: str, revision: int | None = None
) -> CardView:
    """Save a person's text while they type, visible to everybody who opens the card.

    The original draft is kept. Text that is empty or equals the draft removes the edit. This is not
    a step of the card: it is not audited and undo ignores it. Raises NotAllowed, NotFound, Invalid,
    Conflict (CARD_CHANGED, CARD_STATE).
    """
    scope.require(Permission.work_cards)
    async with tenant(scope) as unit:
        row = await locked(unit, card_id)
        check_revision(row, revision, brings_text=True)
        if row["status"] not in OPEN:
            raise Conflict(
                Sentence("A card that is {status} cannot be edited.", status=row["status"]),
                code="CARD_STATE",
                status=row["status"],
                changed_by=row["changed_by"],
                changed_at=row["changed_at"],
            )
        bare = text.replace("\x00", "").strip()
        own = bare not in ("", row["ai_generated_opener"].strip())
        changes = {
            "edited_opener": _opener(text) if own else None,
            "edited_by": (scope.actor.name or scope.actor.kind) if own else "",
            "edited_at": clock.now() if own else None,
        }
        await write(unit, scope, row, changes)
        record(unit, cards_changed([row], row["status"]))
        return await view(unit, card_id)


async def action(
    scope: Scope,
    card_id: UUID,
    text: str | None = None,
    channel: str | None = None,
    revision: int | None = None,
) -> CardView:
    """Mark as delivered by a person, with the text and channel they used.

    A given channel of a package sends the text after the card was marked, so that two people cannot
    send it twice. When sending fails, the card is open again and the error is raised. Without
    `channel` the drafted one is recorded and nothing is sent.
    """
    wording = None if text is None else _opener(text)
    by = scope.actor.id if scope.actor.kind == "staff" else None

    async with step(
        scope, card_id, "actioned", OPEN, revision, brings_text=text is not None
    ) as card:
        written = card.row["ai_generated_opener"]
        sent = wording or card.row["edited_opener"]
        card.changes = {
            "status": "actioned",
            "edited_opener": sent,
            "channel": channel or card.row["channel"],
            "actioned_at": clock.now(),
            "actioned_by": by,
            "snoozed_until": None,
        }
        share = edit_share(written, sent or written)
        await bandit_store.record_result(card.unit, card_id, None, share)
    if channel and channels.sends(channel):
        await _send(scope, card.view, channel)
    return card.view


async def _send(scope: Scope, card: CardView, channel: str) -> None:
    delivery = channels.Delivery(
        business_id=scope.business_id,
        card_id=card.id,
        external_id=card.external_id,
        name=card.name,
        email=card.email,
        language=card.language,
        text=card.opener,
        sender=scope.actor.name,
    )
    try:
        await channels.send(channel, delivery)
    except BaseException:  # also when the request was cancelled while sending
        await asyncio.shield(undo(scope, card.id))
        raise


async def record_outcome(
    scope: Scope,
    card_id: UUID,
    outcome: str,
    note: str | None = None,
    revision: int | None = None,
    language: str = ENGLISH,
) -> CardView:
    """Record the outcome of a delivered card, from which the bandit learns. May be corrected.

    "ignored" after a call for help that is still valid plans a follow-up for tomorrow, its purpose
    in `language`.
    """
    if outcome not in OUTCOMES:
        raise Invalid(
            Sentence(
                "“{outcome}” is no outcome: use one of {outcomes}.",
                outcome=outcome,
                outcomes=", ".join(OUTCOMES),
            ),
            field="outcome",
        )

    allowed = ("actioned", "completed")
    async with step(scope, card_id, "outcome_recorded", allowed, revision) as card:
        card.changes = {
            "status": "completed",
            "outcome": outcome,
            "outcome_at": clock.now(),
            "outcome_note": _reason(note) if note else card.row["outcome_note"],
        }
        await bandit_store.record_result(card.unit, card_id, outcome)
        await help_follow_up.remove(card.unit, scope, card.row)
        await help_follow_up.plan(card.unit, scope, card.row, outcome, language)
        told = OutcomeRecorded(card_id=card_id, cause=card.row["cause"], outcome=outcome)
        record(card.unit, told)
    return card.view


async def snooze(
    scope: Scope, card_id: UUID, until: datetime, reason: str = "", revision: int | None = None
) -> CardView:
    """Snooze a card until a moment within 90 days; the reason may be empty."""
    now = clock.now()
    if until.tzinfo is None or not now < until <= now + LONGEST_SNOOZE:
        raise Invalid("Choose a moment within the next 90 days.", field="until")
    told = _reason(reason) if reason.strip() else ""
    changes = {"status": "snoozed", "snoozed_until": until, "snooze_reason": told}
    async with step(scope, card_id, "snoozed", OPEN, revision) as card:
        card.changes = changes
    return card.view


async def dismiss(
    scope: Scope, card_id: UUID, reason: str, revision: int | None = None
) -> CardView:
    """Dismiss a card as a false alarm, with a reason; counted against its cause."""
    changes = {"status": "dismissed", "dismissed_reason": _reason(reason), "snoozed_until": None}
    async with step(scope, card_id, "dismissed", OPEN, revision) as card:
        card.changes = changes
    return card.view


async def assign(
    scope: Scope, card_id: UUID, staff_id: UUID | None, revision: int | None = None
) -> CardView:
    """Assign a card to a person who may work it, or (None) back to the customer's owner."""
    scope.require(Permission.work_cards)
    async with tenant(scope) as unit:
        if staff_id is not None and not await _may_work(unit, staff_id):
            raise Invalid("Cards can be assigned to active staff only.", field="staff_id")
    changes = {"assigned_to": staff_id}
    working = (*OPEN, "actioned")
    async with step(scope, card_id, "assigned", working, revision) as card:
        card.changes = changes
    return card.view


async def unassign_all(scope: Scope, staff_id: UUID) -> int:
    """Unassign all open cards of this person; returns how many."""
    scope.require(Permission.work_cards)
    async with tenant(scope) as unit:
        rows = (
            await ConversationCard.update(
                {
                    ConversationCard.assigned_to: None,
                    ConversationCard.revision: ConversationCard.revision + 1,
                }
            )
            .where(
                ConversationCard.business_id == unit.business_id,
                ConversationCard.assigned_to == staff_id,
                ConversationCard.status.is_in(["pending", "snoozed", "actioned"]),
            )
            .returning(ConversationCard.id)
        )
        if rows:
            record(unit, ReadAgain(kinds=("card_changed",)))
    return len(rows)


async def undo(scope: Scope, card_id: UUID, language: str = ENGLISH) -> CardView:
    """Undo the last step; Conflict when there is none, or when another card is open by now.

    language: of the follow-up that a restored "ignored" plans again, as in `record_outcome`.
    """
    scope.require(Permission.work_cards)
    async with tenant(scope) as unit:
        row = await locked(unit, card_id)
        previous = row["previous"]
        if previous is None:
            raise Conflict("There is nothing to undo.", code="CARD_NOTHING_TO_UNDO")
        if previous["status"] in OPEN and await has_newer_card(unit, row):
            raise Conflict("There is a newer card for this customer by now.", code="CARD_REPLACED")
        restored = msgspec.convert(previous, dict[str, Any])
        await write(unit, scope, row, {**restore_types(restored), "previous": None})
        await help_follow_up.remove(unit, scope, row)
        await help_follow_up.plan(unit, scope, row, previous["outcome"], language)
        await bandit_store.reopen(unit, card_id, previous["outcome"], previous["status"] in OPEN)
        await audit_and_publish(unit, scope, row, "undone", restored)
        return await view(unit, card_id)


async def _may_work(unit: Unit, staff_id: UUID) -> bool:
    return staff_id in await staff_with(unit, Permission.work_cards)


def _opener(text: str) -> str:
    tidy = text.replace("\x00", "").strip()
    if not 1 <= len(tidy) <= LONGEST_OPENER:
        raise Invalid(
            Sentence("An opener has 1 to {longest} characters.", longest=LONGEST_OPENER),
            field="text",
        )
    return tidy


def _reason(text: str) -> str:
    tidy = text.replace("\x00", "").strip()
    if not 1 <= len(tidy) <= LONGEST_REASON:
        raise Invalid(
            Sentence("Say why, in 1 to {longest} characters.", longest=LONGEST_REASON),
            field="reason",
        )
    return tidy
