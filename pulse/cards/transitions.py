"""One state change of a card: role, lock, revision, update, audit entry, event."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.cards.queries import CardView, view
from pulse.db.engine import json_text
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, NotFound
from pulse.events.publisher import record
from pulse.events.types import CardsChanged, CardState
from pulse.i18n.sentences import Sentence
from pulse.tables.card import ConversationCard

THE_MODEL = "The model"
"""Name shown for changes made by the model's draft."""
_SPOKEN = {"outcome_recorded": "given an outcome"}

Changes = dict[str, Any]


class Step:
    """A card during a step: its row before, the changes of the step, and its view afterwards."""

    def __init__(self, unit: Unit, row: Any) -> None:
        self.unit = unit
        self.row = row
        self.changes: Changes = {}
        self.shown: CardView | None = None

    @property
    def view(self) -> CardView:
        """Return the card after the step."""
        assert self.shown is not None
        return self.shown


@asynccontextmanager
async def step(
    scope: Scope,
    card_id: UUID,
    name: str,
    allowed: tuple[str, ...],
    revision: int | None,
    *,
    brings_text: bool = False,
) -> AsyncIterator[Step]:
    """Run one step: the block sets `changes` by column and does the step's work.

    brings_text: the caller provides the text, so a draft that the model rewrote meanwhile is no
    conflict. Raises NotAllowed, NotFound, Conflict (CARD_CHANGED, CARD_STATE).
    """
    scope.require(Permission.work_cards)
    async with tenant(scope) as unit:
        row = await locked(unit, card_id)
        check_revision(row, revision, brings_text)
        if row["status"] not in allowed:
            raise Conflict(
                Sentence(
                    "A card that is {status} cannot be {step}.",
                    status=row["status"],
                    step=_SPOKEN.get(name, name),
                ),
                code="CARD_STATE",
                status=row["status"],
                changed_by=row["changed_by"],
                changed_at=row["changed_at"],
            )
        taken = Step(unit, row)
        yield taken
        previous = {column: row[column] for column in _STEPPING}
        await write(unit, scope, row, {**taken.changes, "previous": msgspec.to_builtins(previous)})
        await audit_and_publish(unit, scope, row, name, taken.changes)
        taken.shown = await view(unit, card_id)


async def locked(unit: Unit, card_id: UUID) -> Any:
    """Return the card's row, locked until the unit of work ends; raises NotFound."""
    row = await _LOCKED.row(unit, business_id=unit.business_id, id=card_id)
    if row is None:
        raise NotFound("There is no such card.", code="CARD_NOT_FOUND")
    return row


def check_revision(row: Any, revision: int | None, brings_text: bool) -> None:
    """Raise Conflict (CARD_CHANGED) when somebody has changed the card since this revision."""
    if revision is None or revision == row["revision"]:
        return
    if brings_text and row["changed_by"] == THE_MODEL and revision == row["revision"] - 1:
        return
    who = row["changed_by"] or "Somebody"
    raise Conflict(
        Sentence("{who} changed this card meanwhile.", who=who),
        code="CARD_CHANGED",
        changed_by=who,
        changed_at=row["changed_at"],
        revision=row["revision"],
        status=row["status"],
    )


async def write(unit: Unit, scope: Scope, row: Any, changes: Changes) -> None:
    """Update the columns in `changes`; their names come from this module."""
    values: dict[Column | str, Any] = {
        name: json_text(value) if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    values[ConversationCard.revision] = ConversationCard.revision + 1
    values[ConversationCard.changed_by] = scope.actor.name or scope.actor.kind
    values[ConversationCard.changed_at] = clock.now()
    await ConversationCard.update(values).where(
        ConversationCard.business_id == unit.business_id, ConversationCard.id == row["id"]
    )


async def audit_and_publish(
    unit: Unit, scope: Scope, row: Any, name: str, changes: Changes
) -> None:
    """Write the audit entry (without texts) and publish the change."""
    told = {key: value for key, value in changes.items() if key not in _TEXTS}
    before = {key: row[key] for key in told if key in row}
    await audit.record(
        unit,
        scope,
        f"card.{name}",
        f"card:{row['id']}",
        before=msgspec.to_builtins(before),
        after=msgspec.to_builtins(told),
        reason=str(changes.get("dismissed_reason") or changes.get("snooze_reason") or ""),
    )
    status = changes.get("status", row["status"])
    outcome = changes.get("outcome", row["outcome"])
    card = CardState(id=row["id"], customer_id=row["customer_id"], status=status, outcome=outcome)
    record(unit, CardsChanged(cards=[card]))


def restore_types(previous: Changes) -> Changes:
    """Convert a stored state back to the types of its columns."""
    kinds: dict[str, Any] = {
        "snoozed_until": datetime | None,
        "actioned_at": datetime | None,
        "outcome_at": datetime | None,
        "assigned_to": UUID | None,
        "actioned_by": UUID | None,
    }
    return {
        name: msgspec.convert(value, kinds[name]) if name in kinds else value
        for name, value in previous.items()
    }


async def has_newer_card(unit: Unit, row: Any) -> bool:
    """Return whether another card for the same customer is open by now."""
    return await ConversationCard.exists().where(
        ConversationCard.business_id == unit.business_id,
        ConversationCard.customer_id == row["customer_id"],
        ConversationCard.id != row["id"],
        ConversationCard.status.is_in(["pending", "snoozed"]),
    )


_LOCKED = prepared(
    ConversationCard.select()
    .where(ConversationCard.business_id == Param("business_id"), ConversationCard.id == Param("id"))
    .lock_rows()
)


_STEPPING = (
    "status",
    "edited_opener",
    "channel",
    "assigned_to",
    "actioned_at",
    "actioned_by",
    "outcome",
    "outcome_at",
    "outcome_note",
    "snoozed_until",
    "snooze_reason",
    "dismissed_reason",
)
_TEXTS = ("edited_opener", "outcome_note", "previous")
