"""The most negative factor of each of a few customers, for a list."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.factors import WORTH_SAYING, Row, columns_of
from pulse.scoring.history import scores_sql


class WorstFactor(msgspec.Struct, frozen=True):
    """The metric with the lowest contribution, and its points (negative)."""

    label: str
    points: float


async def worst_factors(scope: Scope, customers: Sequence[UUID]) -> dict[UUID, WorstFactor]:
    """The worst factor of each who has one, of a page of customers (at most some hundred)."""
    async with tenant(scope) as unit:
        current = await scorecard_store.published_or_none(unit)
        if current is None:
            return {}
        rows = await scores_sql.current_contributions(unit, customers, current.id)
    labels = [column.label for column in columns_of(current.card, current.catalogue)]
    found = ((row["customer_id"], _worst(labels, row["contributions"])) for row in rows)
    return {customer_id: worst for customer_id, worst in found if worst is not None}


def _worst(labels: Sequence[str], contributions: Row) -> WorstFactor | None:
    points, label = min(
        zip((points or 0.0 for points in contributions), labels, strict=True), default=(0.0, "")
    )
    return WorstFactor(label, points) if points < -WORTH_SAYING else None
