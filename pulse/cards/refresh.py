"""Update open cards when their customer changes: add new causes, replace old reasons.

A customer has one open card. A cause that begins while it waits is added to it. A card whose causes
have all ended (`evidence.ending`) is closed with a note, unless a person has worked on it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from piccolo.columns import Column

from pulse import clock
from pulse.cards.admission import Candidate
from pulse.cards.drafting.templates import Draft, draft
from pulse.cards.effects.strata import EffectModel
from pulse.cards.evidence.card_context import CardContext
from pulse.cards.evidence.card_rows_sql import Renewed, renew
from pulse.cards.evidence.ending import ended, recoveries
from pulse.cards.evidence.former_reasons import retold
from pulse.cards.evidence.reasons import reasons
from pulse.cards.maintenance import cards_changed
from pulse.cards.priority import Scale, rank
from pulse.cards.reprioritization import is_unchanged, value_high
from pulse.cards.settings import CardRules
from pulse.cards.triggers import Trigger, discover, due, label_of
from pulse.customers.timeline import NO_LONGER
from pulse.db.engine import json_text
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.events.publisher import record
from pulse.i18n.sentences import Sentence, as_text, from_text, restored, stored
from pulse.tables.card import CardTrial, ConversationCard


async def refresh_cards(
    unit: Unit,
    contexts: Sequence[CardContext],
    rules: CardRules,
    effects: EffectModel | None = None,
    paused: Collection[str] = (),
) -> int:
    """Update the open cards of these customers; returns how many changed.

    effects: measured effects of conversations by group, None while nothing was measured.
    paused: causes that begin nowhere for now, because data are missing.
    """
    pictures = {context.customer_id: context for context in contexts}
    rows = await _open_cards(unit, [*pictures])
    if not rows:
        return 0
    scale = Scale(await value_high(unit), rules.lapse_days, rows[0]["currency"], effects)
    renewed: list[Renewed] = []
    over: list[tuple[Any, Sentence]] = []
    for row in rows:
        context = pictures[row["customer_id"]]
        triggers = _holding(row, context, rules, paused)
        if triggers:
            found = _renewed(row, context, triggers, scale, rules)
            renewed += [found] if found else []
        else:
            over.append((row, _what_ended(row, context, rules)))
    await renew(unit, renewed)
    await _close(unit, over)
    changed = {each.card_id: each.status for each in renewed}
    record(unit, cards_changed([row for row in rows if row["id"] in changed], "pending"))
    return len(renewed) + len(over)


def _holding(
    row: Any, context: CardContext, rules: CardRules, paused: Collection[str]
) -> list[Trigger]:
    """Return the current causes: those that apply, and the card's own that have not ended."""
    found, known = due(context, rules, paused), discover()
    holding = {one.cause for one in found}
    covered = {weaker for one in found if not one.asked for weaker in known[one.cause].covers}
    seen = _evidence(row)
    for cause in _causes(row):
        if cause in holding | covered | {seen.get(WITHDRAWN)} or ended(cause, seen, context, rules):
            continue
        asked = cause in known and known[cause].asked
        told = retold(cause, _told(row, cause), seen, row["created_at"].date(), context, rules)
        found.append(Trigger(cause, told, asked))
    order = {cause: place for place, cause in enumerate(known)}
    return sorted(found, key=lambda one: order.get(one.cause, len(order)))


def _evidence(row: Any) -> dict[str, Any]:
    """Return what the card knew; a card made by a program may know nothing but its age."""
    return {"as_of": row["created_at"].isoformat(), **row["evidence"]}


def _causes(row: Any) -> list[str]:
    """Return all causes of a card, the main one first."""
    return [*dict.fromkeys([row["cause"], *row["causes"]])]


def _what_ended(row: Any, context: CardContext, rules: CardRules) -> Sentence:
    """Return what ended a card without a current cause: what ended its main cause."""
    found = (ended(cause, _evidence(row), context, rules) for cause in _causes(row))
    return next(why for why in found if why is not None)


def _told(row: Any, cause: str) -> str:
    """Return the card's sentence for this cause: its main reason, else found by the text."""
    if cause == row["cause"] and row["reason"]:
        told: str = row["reason"]
        return told
    words = SAID_OF.get(cause)
    found = (one for one in row["reasons"] if words and one.startswith(words))
    return next(found, Sentence(label_of(cause)))


SAID_OF = {
    "milestone": "Just reached:",
    "stuck": "They say they are stuck",
    "frustrated": "They say they are frustrated",
}


def _renewed(
    row: Any, context: CardContext, triggers: list[Trigger], scale: Scale, rules: CardRules
) -> Renewed | None:
    """Return the card's new content; None when it is unchanged.

    The opener is rewritten when the main cause changes or the customer adds words. Otherwise it
    stays, because its facts carry dates and somebody may be reading it.
    """
    main, also = triggers[0], tuple(triggers[1:])
    priority = rank(context, main.cause, scale, opened_at=row["created_at"])
    candidate = Candidate(context, main, priority, also)
    moved_on = main.cause != row["cause"]
    same = _forms(reasons(context, main, also)) == _forms(row["reasons"]) and not moved_on
    same = same and row["evidence"].get("scorecard") == (
        str(context.scorecard) if context.scorecard else None
    )
    if same and candidate.causes == row["causes"] and is_unchanged(row, priority):
        return None
    told = row["evidence"].get("declared") or {}
    note = context.declared.note if context.declared and context.state != "none" else None
    rewrite = moved_on or (note is not None and note != told.get("note"))
    written = _draft(row, context, main, rules) if rewrite else None
    opener = None if row["edited_opener"] else written
    status = "pending" if moved_on and main.asked else row["status"]
    advice = written if moved_on else None
    enough = recoveries(candidate.causes, row["evidence"], context, rules)
    return Renewed(row["id"], candidate, status, opener, advice, enough)


def _forms(told: Sequence[str]) -> list[tuple[str, str]]:
    """Return each reason with its catalogue text, so that reasons stored in an older form differ.

    The values in the places are compared as written: they change by fractions all the time.
    """
    return [(str(one), one.text if isinstance(one, Sentence) else "") for one in told]


def _draft(row: Any, context: CardContext, main: Trigger, rules: CardRules) -> Draft:
    return draft(
        context,
        main.cause,
        style=row["style"],
        business=row["business"],
        reason=main.reason,
        language=row["language"],
        variant=row["variant"] or 0,
        channels=rules.allowed_channels,
        salutation=rules.salutation,
    )


async def _close(unit: Unit, over: Sequence[tuple[Any, Sentence]]) -> None:
    """Close the cards that nobody has worked on; add a note to the others."""
    for row, why in over:
        await _put_reason_first(unit, row, why)
    record(unit, cards_changed([row for row, _ in over if _untouched(row)], "dismissed"))


async def close_withdrawn(unit: Unit, customer_id: UUID, context_type: str) -> None:
    """Close a card whose declared state was withdrawn; with other causes it goes on for them.

    If it was worked on, the note is its reason from now on, which later updates keep.
    """
    rows = await _open_cards(unit, [customer_id])
    over = [row for row in rows if {*_causes(row)} == {context_type}]
    why = Sentence("The customer took back what they said.")
    await _close(unit, [(row, why) for row in over])
    for row in rows:
        if row in over and not _untouched(row):
            await _update(unit, row, {ConversationCard.reason: as_text(why)})
        elif row not in over and context_type in _causes(row):
            told = json_text({**row["evidence"], WITHDRAWN: context_type})
            await _update(unit, row, {ConversationCard.evidence: told})


WITHDRAWN = "withdrawn"  # in the evidence until the next update: the cause that was taken back


async def customers_with_cards(unit: Unit, among: Sequence[UUID]) -> set[UUID]:
    """Return which customers have an open card; for many customers all open cards are read."""
    if len(among) <= FEW:
        rows = await _WITH_CARDS_AMONG.rows(unit, business_id=unit.business_id, customers=among)
    else:
        rows = await _WITH_CARDS.rows(unit, business_id=unit.business_id)
    return {row["customer_id"] for row in rows}


async def _open_cards(unit: Unit, customers: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the open cards of these customers, locked until the unit of work ends."""
    rows = await _OPEN.rows(unit, business_id=unit.business_id, customers=customers)
    trials = await _VARIANTS.rows(
        unit, business_id=unit.business_id, cards=[row["id"] for row in rows]
    )
    variants = {trial["card_id"]: trial["variant"] for trial in trials}
    return [
        {
            **row,
            "reason": from_text(row["reason"]),
            "reasons": [restored(one) for one in row["reasons"]],
            "variant": variants.get(row["id"]),
        }
        for row in rows
    ]


def _untouched(row: Mapping[str, Any]) -> bool:
    """Return whether nobody has worked on a card."""
    touches = (row["edited_opener"], row["assigned_to"], row["changed_at"])
    return row["status"] == "pending" and touches == (None, None, None)


async def _put_reason_first(unit: Unit, row: Mapping[str, Any], why: Sentence) -> None:
    """Dismiss a card with the note as first reason; on a card in work it replaces the reasons."""
    told_at = {"reasons_at": clock.now().isoformat()}  # the rest of the evidence stays as it was
    changes: dict[Column | str, Any] = {
        ConversationCard.reasons: json_text([stored(why)]),
        ConversationCard.evidence: json_text({**row["evidence"], **told_at}),
    }
    if _untouched(row):
        changes = {
            ConversationCard.reasons: json_text([stored(one) for one in (why, *row["reasons"])]),
            ConversationCard.status: "dismissed",
            ConversationCard.dismissed_reason: NO_LONGER,
            ConversationCard.revision: ConversationCard.revision + 1,
            ConversationCard.changed_by: "Pulse",
            ConversationCard.changed_at: clock.now(),
        }
    await _update(unit, row, changes)


async def _update(unit: Unit, row: Mapping[str, Any], changes: dict[Column | str, Any]) -> None:
    await ConversationCard.update(changes).where(
        ConversationCard.business_id == unit.business_id, ConversationCard.id == row["id"]
    )


FEW = 200  # customers
_WAITING = ConversationCard.status.is_in(["pending", "snoozed"])
_AMONG = any_of(ConversationCard.customer_id, Param("customers"))
_WITH_CARDS = prepared(
    ConversationCard.select(ConversationCard.customer_id).where(
        ConversationCard.business_id == Param("business_id"), _WAITING
    )
)
_WITH_CARDS_AMONG = prepared(
    ConversationCard.select(ConversationCard.customer_id).where(
        ConversationCard.business_id == Param("business_id"), _WAITING, _AMONG
    )
)
_OPEN = prepared(
    ConversationCard.select(
        ConversationCard.id,
        ConversationCard.customer_id,
        ConversationCard.cause,
        ConversationCard.causes,
        ConversationCard.reason,
        ConversationCard.reasons,
        ConversationCard.priority,
        ConversationCard.priority_reasons,
        ConversationCard.status,
        ConversationCard.style,
        ConversationCard.language,
        ConversationCard.edited_opener,
        ConversationCard.evidence,
        ConversationCard.created_at,
        ConversationCard.assigned_to,
        ConversationCard.changed_at,
        ConversationCard.business_id.name.as_alias("business"),
        ConversationCard.business_id.currency.as_alias("currency"),
    )
    .where(ConversationCard.business_id == Param("business_id"), _WAITING, _AMONG)
    .order_by(ConversationCard.id)
    .lock_rows(of=(ConversationCard,))
)
_VARIANTS = prepared(
    CardTrial.select(CardTrial.card_id, CardTrial.variant).where(
        CardTrial.business_id == Param("business_id"), any_of(CardTrial.card_id, Param("cards"))
    )
)
