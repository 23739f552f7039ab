"""Conversation cards, trials for the bandit, and the model's budget."""

from piccolo.columns import (
    JSONB,
    BigInt,
    Boolean,
    Date,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse.tables.choices import CardOutcome, CardStatus, OpenerWriter
from pulse.tables.columns import PrimaryKey, References, TenantForeignKey, one_of
from pulse.tables.customer import Customer
from pulse.tables.staff import Staff
from pulse.tables.tenant import TenantRow


class ConversationCard(TenantRow, Table, tablename="conversation_cards"):
    """A prepared opener, its reasons, and its outcome."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    cause = Text(default=None)
    causes = JSONB(default="[]", help_text="all causes, the main one first; one card per customer")
    status = Text(default="pending", choices=CardStatus)
    ai_generated_opener = Text(default=None)
    writer = Text(default=None, choices=OpenerWriter)
    writer_note = Text(default="")
    style = Text(default="")
    language = Text(default="en")
    reason = Text(default="")
    channel = Text(default="")
    follow_up = Text(default="")
    reasons = JSONB(default="[]")
    evidence = JSONB(default="{}")
    priority = DoublePrecision(default=0.0)
    priority_reasons = JSONB(default="[]")
    assigned_to = TenantForeignKey(references=Staff, null=True, help_text="not checked")
    edited_opener = Text(null=True, default=None)
    edited_by = Text(default="", help_text="who edited edited_opener; saved while typing")
    edited_at = Timestamptz(null=True, default=None)
    actioned_at = Timestamptz(null=True, default=None)
    actioned_by = TenantForeignKey(references=Staff, null=True, help_text="not checked")
    outcome = Text(null=True, default=None, choices=CardOutcome)
    outcome_at = Timestamptz(null=True, default=None)
    outcome_note = Text(default="")
    snoozed_until = Timestamptz(null=True, default=None)
    snooze_reason = Text(default="")
    dismissed_reason = Text(default="")
    revision = Integer(default=1, help_text="incremented with each change, for optimistic locking")
    prompt_version = Text(default="")
    tokens_in = Integer(default=0)
    tokens_out = Integer(default=0)
    cost = DoublePrecision(default=0.0, help_text="US dollars for the model call")
    previous = JSONB(null=True, default=None, help_text="the card before its last change, for undo")
    changed_by = Text(default="", help_text="who made the last change")
    changed_at = Timestamptz(null=True, default=None)

    conversation_cards_pkey = PrimaryKey(["business_id", "id"])
    conversation_cards_customer_id_fkey = References("customer_id", "customers")
    conversation_cards_outcome_check = Check(one_of("outcome", CardOutcome))
    conversation_cards_status_check = Check(one_of("status", CardStatus))
    conversation_cards_writer_check = Check(one_of("writer", OpenerWriter))


class CardTrial(TenantRow, Table, tablename="card_trials"):
    """The style that a card tried, with its probability and its result."""

    card_id = TenantForeignKey(references=ConversationCard, null=False)
    cause = Text(default=None)
    context = Text(default=None)
    style = Text(default=None)
    variant = Integer(
        default=0, help_text="earlier cards of the customer; selects the template's variant"
    )
    chance = DoublePrecision(
        default=None, help_text="probability of the style when it was chosen, 0 to 1"
    )
    outcome = Text(null=True, default=None, choices=CardOutcome)
    edit_share = DoublePrecision(
        null=True, default=None, help_text="0: sent as drafted, 1: rewritten completely"
    )
    first_cause = Text(
        null=True, default=None, help_text="the cause it was opened for; cause follows the card"
    )
    strength = DoublePrecision(null=True, default=None, help_text="when it was opened")
    value = DoublePrecision(null=True, default=None, help_text="a year, when it was opened")
    lapse_chance = DoublePrecision(null=True, default=None, help_text="when it was opened, 0 to 1")

    card_trials_pkey = PrimaryKey(["business_id", "id"])
    card_trials_business_id_card_id_key = Unique(["business_id", "card_id"])
    card_trials_card_id_fkey = References("card_id", "conversation_cards")
    card_trials_outcome_check = Check(one_of("outcome", CardOutcome))


class CardHoldOut(TenantRow, Table, tablename="card_hold_outs"):
    """A customer who would have had a card but was held out.

    At random, to measure outreach, or because conversations seem to harm (`advised`).
    """

    customer_id = TenantForeignKey(references=Customer, null=False)
    cause = Text(default=None)
    context = Text(default=None)
    strength = DoublePrecision(null=True, default=None)
    held_out_at = Timestamptz(default=None)
    value = DoublePrecision(null=True, default=None, help_text="a year, at that time")
    lapse_chance = DoublePrecision(null=True, default=None, help_text="at that time, 0 to 1")
    advised = Boolean(
        default=False, help_text="not at random: conversations seem to make it worse here"
    )

    card_hold_outs_pkey = PrimaryKey(["business_id", "id"])
    card_hold_outs_customer_id_fkey = References("customer_id", "customers")


class CardProposal(TenantRow, Table, tablename="card_proposals"):
    """An outcome suggested by later events, until a person confirms or rejects it."""

    card_id = TenantForeignKey(references=ConversationCard, null=False)
    outcome = Text(default=None, choices=CardOutcome)
    because = Text(default=None)
    declined_at = Timestamptz(null=True, default=None)

    card_proposals_pkey = PrimaryKey(["business_id", "id"])
    card_proposals_business_id_card_id_key = Unique(["business_id", "card_id"])
    card_proposals_card_id_fkey = References("card_id", "conversation_cards")
    card_proposals_outcome_check = Check(one_of("outcome", CardOutcome))


class CardBudget(TenantRow, Table, tablename="card_budgets"):
    """The model's use in one day; reserved: what running calls may still use."""

    day = Date(default=None)
    calls = Integer(default=0)
    reserved = BigInt(default=0)
    tokens_in = BigInt(default=0)
    tokens_out = BigInt(default=0)
    cost = DoublePrecision(default=0.0, help_text="US dollars")

    card_budgets_pkey = PrimaryKey(["business_id", "id"])
    card_budgets_business_id_day_key = Unique(["business_id", "day"])
