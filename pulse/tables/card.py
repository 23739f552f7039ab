"""Conversation cards, what they teach, and what the model may spend on them."""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    Date,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class ConversationCard(Table, tablename="conversation_cards"):
    """A prepared opener, its reasons, and what became of it."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    cause = Text()
    status = Text()
    ai_generated_opener = Text()
    writer = Text()
    writer_note = Text()
    style = Text()
    language = Text()
    reason = Text()
    channel = Text()
    follow_up = Text()
    reasons = JSONB()
    evidence = JSONB()
    priority = DoublePrecision()
    priority_reasons = JSONB()
    assigned_to = UUID(null=True, default=None)
    edited_opener = Text(null=True, default=None)
    actioned_at = Timestamptz(null=True, default=None)
    actioned_by = UUID(null=True, default=None)
    outcome = Text(null=True, default=None)
    outcome_at = Timestamptz(null=True, default=None)
    outcome_note = Text()
    snoozed_until = Timestamptz(null=True, default=None)
    snooze_reason = Text()
    dismissed_reason = Text()
    revision = Integer(help_text="grows with each change: optimistic lock")
    prompt_version = Text()
    tokens_in = Integer()
    tokens_out = Integer()
    cost = DoublePrecision(help_text="US dollars for the model call")
    previous = JSONB(null=True, default=None, help_text="the card before its last step, for undo")
    changed_by = Text(help_text="who took the last step")
    changed_at = Timestamptz(null=True, default=None)


class CardTrial(Table, tablename="card_trials"):
    """Which style a card tried where, with what chance, and how it went."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    card_id = UUID(null=False)
    cause = Text()
    context = Text()
    style = Text()
    variant = Integer(help_text="earlier cards of the customer: picks the template's variant")
    chance = DoublePrecision(help_text="how likely the style was when it was drawn, 0 to 1")
    outcome = Text(null=True, default=None)
    edit_share = DoublePrecision(
        null=True, default=None, help_text="0 sent as drafted, 1 rewritten whole"
    )


class CardHoldOut(Table, tablename="card_hold_outs"):
    """A card-worthy customer left alone on purpose, so that outreach can be measured."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    cause = Text()
    context = Text()
    strength = DoublePrecision(null=True, default=None)
    held_out_at = Timestamptz()


class CardProposal(Table, tablename="card_proposals"):
    """An outcome that later events suggest, until somebody says yes or no."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    card_id = UUID(null=False)
    outcome = Text()
    because = Text()
    declined_at = Timestamptz(null=True, default=None)


class CardBudget(Table, tablename="card_budgets"):
    """What the model used in one day; reserved is what running calls may still use."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    day = Date()
    calls = Integer()
    reserved = BigInt()
    tokens_in = BigInt()
    tokens_out = BigInt()
    cost = DoublePrecision(help_text="US dollars")
