"""Columns of the customer list that need their own query; read only when shown."""

from collections.abc import Sequence
from uuid import UUID

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.outcomes.last_contact import last_touches
from pulse.scoring.named.assignment import card_names
from pulse.scoring.worst_factor import worst_factors
from ui.components.customer_rows import scorecard_name
from ui.formatters import ago, signed
from ui.kit.table import Row
from ui.texts import gettext

READ_APART = frozenset({"against", "last_touch", "scorecard"})


async def add(scope: Scope, rows: Sequence[Row], wished: frozenset[str]) -> None:
    """Fill in these columns of the rows."""
    ids = [UUID(row["id"]) for row in rows]
    if "against" in wished:
        worst = await worst_factors(scope, ids)
        for row, who in zip(rows, ids, strict=True):
            one = worst.get(who)
            row["against"] = f"{gettext(one.label)} {signed(one.points)}" if one else ""
    if "scorecard" in wished:
        names = await card_names(scope, ids)
        for row, who in zip(rows, ids, strict=True):
            row["scorecard"] = scorecard_name(names.get(who, ""))
    if "last_touch" in wished:
        touched, now = await last_touches(scope, ids), clock.now()
        for row, who in zip(rows, ids, strict=True):
            row["last_touch"] = ago(touched[who], now) if who in touched else ""
