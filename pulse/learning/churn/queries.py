"""Data of the churn page: the latest study, customers whom both rank differently, one's parts.

Names and strengths are present ones; predictions are from the day the model was fitted.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from piccolo.columns.combination import WhereRaw
from piccolo.custom_types import Combinable
from piccolo.query import OrderByRaw

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.jobs import analyses
from pulse.learning.churn.comparison import WORRIED_SHARE
from pulse.learning.churn.jobs import Question
from pulse.learning.churn.training import Report
from pulse.learning.labels import LabelRule
from pulse.scoring.formatting import format_value
from pulse.tables.analysis import ChurnOpinion
from pulse.tables.customer import CustomerScore

MOST_LISTED = 50
REASONS = 2  # parts shown for a customer in a list
Side = Literal["only_model", "only_strength", "both"]


class Fitted(msgspec.Struct, frozen=True):
    """A finished study: its date, outcome and results."""

    fitted_at: datetime
    asked_by: str
    rule: LabelRule
    report: Report
    counts: dict[Side, int]
    """The present number of current customers on each side."""
    compared: int = 0
    """The present number of current customers whom both rank."""

    @property
    def agreement(self) -> float:
        """Share of them whom both or neither rank at risk."""
        apart = self.counts["only_model"] + self.counts["only_strength"]
        return 1 - apart / self.compared if self.compared else 1.0


class Part(msgspec.Struct, frozen=True):
    """One metric's part of one customer's chance of leaving (0–1), and its formatted value."""

    label: str
    value: str
    contribution: float


class ListedPrediction(msgspec.Struct, frozen=True, kw_only=True):
    """A customer in a list: present strength, chance of leaving (0–1), the model's main reasons."""

    customer_id: UUID
    external_id: str
    name: str
    identity_strength: float | None
    band: str | None
    owner: str | None
    leaving: float
    because: tuple[Part, ...]
    """The largest parts in the direction of the prediction."""


class Prediction(msgspec.Struct, frozen=True):
    """The prediction for one customer: leaving = base + the sum of the parts, all 0–1."""

    external_id: str
    name: str
    base: float
    leaving: float
    parts: tuple[Part, ...]


async def newest(scope: Scope) -> Fitted | None:
    """The latest finished study; None before the first."""
    scope.require(Permission.view)
    async with tenant(scope) as unit:
        study = await analyses.newest_done(unit, "churn")
        if study is None or study.finished_at is None:
            return None
        counts = {side: await _count(unit, which) for side, (which, _) in SIDES.items()}
        compared = await _count(unit, ChurnOpinion.strength_rank.is_not_null())
    return Fitted(
        study.finished_at,
        study.asked_by,
        msgspec.convert(study.question, Question).rule,
        msgspec.convert(study.report, Report),
        counts,
        compared,
    )


async def _count(unit: Unit, which: Combinable) -> int:
    return int(
        await ChurnOpinion.count().where(
            ChurnOpinion.business_id == unit.business_id, which, IS_CURRENT
        )
    )


async def listed(scope: Scope, side: Side, report: Report) -> list[ListedPrediction]:
    """The largest differences of one side, at most MOST_LISTED."""
    scope.require(Permission.view)
    which, order = SIDES[side]
    async with tenant(scope) as unit:
        rows = (
            await ChurnOpinion.select(
                ChurnOpinion.customer_id,
                ChurnOpinion.customer_id.external_id.as_alias("external_id"),
                ChurnOpinion.customer_id.name.as_alias("name"),
                _OWNER.name.as_alias("owner"),
                ChurnOpinion.base,
                ChurnOpinion.leaving,
                ChurnOpinion.parts,
                ChurnOpinion.metric_values,
            )
            .where(ChurnOpinion.business_id == unit.business_id, which, IS_CURRENT)
            .order_by(OrderByRaw(f"{order}, churn_opinions.id"))
            .limit(MOST_LISTED)
        )
        scores = await CustomerScore.select(
            CustomerScore.customer_id, CustomerScore.identity_strength, CustomerScore.band
        ).where(
            CustomerScore.business_id == unit.business_id,
            any_of(CustomerScore.customer_id, [row["customer_id"] for row in rows]),
        )
    known = {score["customer_id"]: score for score in scores}
    unscored = {"identity_strength": None, "band": None}
    rows = [{**row, **known.get(row["customer_id"], unscored)} for row in rows]
    return [_seen(row, report) for row in rows]


async def opinion(scope: Scope, external_id: str, report: Report) -> Prediction | None:
    """One customer's parts, the largest first; None when there is no prediction.

    Raises NotFound for an unknown customer.
    """
    scope.require(Permission.view)
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        row = await _one(unit, customer_id)
    if row is None:
        return None
    return Prediction(
        row["external_id"], row["name"], row["base"], row["leaving"], _parts(row, report)
    )


async def _one(unit: Unit, customer_id: UUID) -> Any:
    return (
        await ChurnOpinion.select(
            ChurnOpinion.customer_id.external_id.as_alias("external_id"),
            ChurnOpinion.customer_id.name.as_alias("name"),
            ChurnOpinion.base,
            ChurnOpinion.leaving,
            ChurnOpinion.parts,
            ChurnOpinion.metric_values,
        )
        .where(
            ChurnOpinion.business_id == unit.business_id, ChurnOpinion.customer_id == customer_id
        )
        .first()
    )


def _seen(row: Any, report: Report) -> ListedPrediction:
    worried = row["leaving"] >= row["base"]
    because = [part for part in _parts(row, report) if (part.contribution > 0) == worried]
    return ListedPrediction(
        customer_id=row["customer_id"],
        external_id=row["external_id"],
        name=row["name"],
        identity_strength=row["identity_strength"],
        band=row["band"],
        owner=row["owner"],
        leaving=row["leaving"],
        because=tuple(because[:REASONS]),
    )


def _parts(row: Any, report: Report) -> tuple[Part, ...]:
    """The parts with the report's labels; empty when the prediction is from another study."""
    if len(row["parts"]) != len(report.catalogue):
        return ()
    values = msgspec.json.decode(row["metric_values"])
    columns = zip(report.catalogue, values, row["parts"], strict=True)
    found = [Part(one.label, format_value(one, value), part) for one, value, part in columns]
    return tuple(sorted(found, key=lambda part: -abs(part.contribution)))


_OWNER: Any = ChurnOpinion.customer_id.owner_id
_STRENGTH, _MODEL = ChurnOpinion.strength_rank, ChurnOpinion.model_rank
IS_CURRENT = WhereRaw(
    "NOT EXISTS (SELECT FROM customer_scores s WHERE s.business_id = churn_opinions.business_id "
    "AND s.customer_id = churn_opinions.customer_id AND s.lifecycle IN ('lapsed', 'left'))"
)
"""Customers who neither lapsed nor left since the model was fitted."""
SIDES: dict[Side, tuple[Combinable, str]] = {
    "only_model": (
        (_STRENGTH >= WORRIED_SHARE) & (_MODEL < WORRIED_SHARE),
        "strength_rank - model_rank DESC",
    ),
    "only_strength": (
        (_STRENGTH < WORRIED_SHARE) & (_MODEL >= WORRIED_SHARE),
        "model_rank - strength_rank DESC",
    ),
    "both": (
        (_STRENGTH < WORRIED_SHARE) & (_MODEL < WORRIED_SHARE),
        "strength_rank + model_rank",
    ),
}
