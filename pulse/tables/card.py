"""Conversation cards."""

from piccolo.columns import JSONB, UUID, DoublePrecision, Integer, Text, Timestamptz
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
