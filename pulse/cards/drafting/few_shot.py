"""Openers that were answered, as examples for the model, with nobody recognisable in them."""

import re

from pulse.cards.drafting.guardrails import problems
from pulse.db.transaction import Unit

MOST = 3
LOOKED_AT = 12
STANDS_FOR_A_NAME = "Name"


async def best(unit: Unit, cause: str, language: str, style: str) -> tuple[str, ...]:
    """Up to three openers of this business that led somewhere, converted ones first."""
    rows = await unit.fetch(
        "SELECT coalesce(k.edited_opener, k.ai_generated_opener) AS opener, c.name "
        "FROM conversation_cards k "
        "JOIN customers c ON c.business_id = k.business_id AND c.id = k.customer_id "
        "WHERE k.business_id = $1 AND k.cause = $2 AND k.language = $3 AND k.style = $4 "
        "AND k.outcome IN ('converted', 'responded') "
        "ORDER BY k.outcome = 'converted' DESC, k.outcome_at DESC LIMIT $5",
        unit.business_id,
        cause,
        language,
        style,
        LOOKED_AT,
    )
    told = (anonymous(row["opener"], row["name"], language) for row in rows)
    return tuple(dict.fromkeys(text for text in told if text is not None))[:MOST]


def anonymous(opener: str, name: str, language: str) -> str | None:
    """The opener without its customer's name; None when it holds more that could tell of them."""
    parts = sorted({name, *name.split()}, key=len, reverse=True)
    for part in parts:
        if len(part) > 1:
            opener = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", STANDS_FOR_A_NAME, opener)
    once = re.sub(rf"{STANDS_FOR_A_NAME}(?: {STANDS_FOR_A_NAME})+", STANDS_FOR_A_NAME, opener)
    wrong = problems(once, language=language, allowed=(STANDS_FOR_A_NAME,))
    return None if wrong else once
