"""The largest factors of several customers, for lists and exports."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.factors import WORTH_SAYING, Row, columns_of
from pulse.scoring.history import scores_sql


class WeighedFactor(msgspec.Struct, frozen=True):
    """A metric's label, and its points (positive or negative)."""

    label: str
    points: float


class Drivers(msgspec.Struct, frozen=True):
    """The factor with the most points of either sign, and the most negative one."""

    top: WeighedFactor | None
    worst: WeighedFactor | None


async def top_drivers(scope: Scope, customers: Sequence[UUID]) -> Mapping[UUID, Drivers]:
    """Return the largest factors of those customers (up to some thousand) who have a score."""
    async with tenant(scope) as unit:
        found: dict[UUID, Drivers] = {}
        for current in await scorecard_store.each_published(unit):
            rows = await scores_sql.current_contributions(unit, customers, current.id)
            labels = [column.label for column in columns_of(current.card, current.catalogue)]
            found |= {row["customer_id"]: _drivers(labels, row["contributions"]) for row in rows}
    return found


async def worst_factors(scope: Scope, customers: Sequence[UUID]) -> dict[UUID, WeighedFactor]:
    """Return the worst factor of each customer on a page who has one (at most some hundred)."""
    found = await top_drivers(scope, customers)
    return {who: drivers.worst for who, drivers in found.items() if drivers.worst is not None}


def _drivers(labels: Sequence[str], contributions: Row) -> Drivers:
    weighed = [
        WeighedFactor(label, points or 0.0)
        for label, points in zip(labels, contributions, strict=True)
    ]
    top = max(weighed, key=lambda one: abs(one.points), default=None)
    worst = min(weighed, key=lambda one: (one.points, one.label), default=None)
    return Drivers(
        top if top is not None and abs(top.points) > WORTH_SAYING else None,
        worst if worst is not None and worst.points < -WORTH_SAYING else None,
    )
