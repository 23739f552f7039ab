"""Answered openers as examples for the model, without personal data."""

import re

from pulse.cards.drafting.guardrails import problems
from pulse.db.transaction import Unit
from pulse.tables.card import ConversationCard

MOST = 3
LOOKED_AT = 12
STANDS_FOR_A_NAME = "Name"


async def best(unit: Unit, cause: str, language: str, style: str) -> tuple[str, ...]:
    """Return up to three openers of this business that were answered, converted ones first."""
    rows = (
        await ConversationCard.select(
            ConversationCard.edited_opener,
            ConversationCard.ai_generated_opener,
            ConversationCard.customer_id.name.as_alias("name"),
        )
        .where(
            ConversationCard.business_id == unit.business_id,
            ConversationCard.cause == cause,
            ConversationCard.language == language,
            ConversationCard.style == style,
            ConversationCard.outcome.is_in(["converted", "responded"]),
        )
        .order_by(ConversationCard.outcome)  # "converted" sorts before "responded"
        .order_by(ConversationCard.outcome_at, ascending=False)
        .limit(LOOKED_AT)
    )
    told = (
        anonymous(row["edited_opener"] or row["ai_generated_opener"], row["name"], language)
        for row in rows
    )
    return tuple(dict.fromkeys(text for text in told if text is not None))[:MOST]


def anonymous(opener: str, name: str, language: str) -> str | None:
    """Return the opener without its customer's name; None when it holds other identifying text."""
    parts = sorted({name, *name.split()}, key=len, reverse=True)
    for part in parts:
        if len(part) > 1:
            opener = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", STANDS_FOR_A_NAME, opener)
    once = re.sub(rf"{STANDS_FOR_A_NAME}(?: {STANDS_FOR_A_NAME})+", STANDS_FOR_A_NAME, opener)
    wrong = problems(once, language=language, allowed=(STANDS_FOR_A_NAME,))
    return None if wrong else once
