"""Reading one customer's identity: for staff in full, for the customer with respect.

One query, one unit of work: this is the hottest read of the product.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.customers.merging.former_ids import resolve_one
from pulse.db.dataloader import DataLoader
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.i18n.identity_phrases import ENGLISH, Words, words_for
from pulse.scoring import scorecard_store
from pulse.scoring.factors import (
    Factor,
    Reason,
    ShownFactor,
    factors_of,
    for_customer,
    positive_reasons,
    shown,
)
from pulse.scoring.history.scores_sql import WEEK_DAYS
from pulse.scoring.recommendations import Step, strengthen
from pulse.scoring.scorecard_store import Published
from pulse.tables.customer import Customer, CustomerScore
from pulse.tables.snapshot import IdentitySnapshot

KNOWN_ENOUGH = 0.25
"""Coverage below which a customer is told "we are getting to know you" instead of a number."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The identity answer: base + Σ contribution = identity_strength (None: not scored yet)."""

    customer_id: str
    identity_strength: float | None
    band: str | None
    """None for lapsed and left customers: their strength stands in no band."""
    lifecycle: str | None = None
    """onboarding, active, lapsed or left; None: not scored yet."""
    change: float | None
    change_days: int
    base: float | None
    coverage: float
    shap_factors: tuple[ShownFactor, ...]
    scorecard_version: int | None
    timestamp: datetime | None


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An identity with what can be said about it; factors are projected for who asks."""

    id: UUID
    identity: Identity
    factors: tuple[Factor, ...]
    because: tuple[Reason, ...]
    strengthen: tuple[Step, ...]
    person: Any
    """The customer's record (name, locale, preferences)."""
    words: Words
    """What the reasons and steps are said in."""


class Reader(msgspec.Struct, frozen=True):
    """Language of the texts: the one asked for, the customer's, or the business's.

    bond: the business's own word for the strength; empty: the usual one.
    """

    asked: str | None = None
    house: str | None = None
    bond: str = ""

    def words(self, locale: str | None) -> Words:
        """The words for a customer of this locale."""
        return words_for(self.asked, locale, self.house).with_bond(self.bond)


async def identity_of(scope: Scope, external_id: str) -> Identity:
    """The identity of a customer; raises NotFound, also for another customer's token."""
    row = await _NEWEST.read(scope, external_id) or await _by_former_id(scope, external_id)
    if row is None:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    scope.require_customer(row["id"])
    if row["metric_values"] is None or _too_little_known(scope, row):
        return _unscored_identity(row)
    version = scorecard_store.remembered(row["scorecard_id"], row["metrics_at"])
    if version is None:
        async with tenant(scope) as unit:
            version = await scorecard_store.version_by_id(unit, row["scorecard_id"])
    return _identity(scope, row, version)


async def _by_former_id(scope: Scope, external_id: str) -> Any:
    """The row of a customer who has another id now, or whose e-mail address is written so."""
    async with tenant(scope) as unit:
        known = await resolve_one(unit, external_id)
    return None if known == external_id else await _NEWEST.read(scope, known)


async def picture(
    unit: Unit, scope: Scope, external_id: str, reader: Reader | None = None
) -> Picture:
    """The identity with reasons and steps, inside a unit of work; for staff (no reader) English."""
    row = await _current(unit, external_id)
    if row is None:
        known = await resolve_one(unit, external_id)
        row = await _current(unit, known)
    if row is None:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    scope.require_customer(row["id"])
    words = ENGLISH if reader is None else reader.words(row["locale"])
    if row["metric_values"] is None or _too_little_known(scope, row):
        return _unscored(row, words)
    version = await scorecard_store.version_by_id(unit, row["scorecard_id"])
    return _scored(scope, row, version, words)


async def _current(unit: Unit, external_id: str) -> dict[str, Any] | None:
    """A customer with the present score and its snapshot, whose columns are None before it."""
    person = await _PERSON.row(unit, business_id=unit.business_id, external_id=external_id)
    if person is None:
        return None
    whose = {"business_id": unit.business_id, "customer_id": person["id"]}
    score = await _SCORE.row(unit, **whose)
    if score is None:
        return {**person, **dict.fromkeys((*_SCORED, *_TAKEN))}
    snapshot = await _SNAPSHOT.row(unit, **whose, day=score.pop("scored_on"))
    return {**person, **score, **(snapshot or dict.fromkeys(_TAKEN))}


_PERSON = prepared(
    Customer.select(
        Customer.id,
        Customer.external_id,
        Customer.name,
        Customer.locale,
        Customer.celebrations,
        Customer.score_hidden,
        Customer.widget_seen_at,
    ).where(
        Customer.business_id == Param("business_id"), Customer.external_id == Param("external_id")
    )
)
_SCORED = ("change_7d", "lifecycle")
_SCORE = prepared(
    CustomerScore.select(
        *(getattr(CustomerScore, name) for name in _SCORED), CustomerScore.scored_on
    ).where(
        CustomerScore.business_id == Param("business_id"),
        CustomerScore.customer_id == Param("customer_id"),
    )
)
_TAKEN = (
    *("identity_strength", "band", "coverage", "taken_at", "scorecard_id", "metric_values"),
    "contributions",
)
_SNAPSHOT = prepared(
    IdentitySnapshot.select(*(getattr(IdentitySnapshot, name) for name in _TAKEN)).where(
        IdentitySnapshot.business_id == Param("business_id"),
        IdentitySnapshot.customer_id == Param("customer_id"),
        IdentitySnapshot.snapshot_date == Param("day"),
    )
)
_NEWEST = DataLoader("SELECT * FROM pulse_read_identities($1, $2)", "external_id")


def _too_little_known(scope: Scope, row: Any) -> bool:
    return scope.is_customer and row["coverage"] < KNOWN_ENOUGH


def _scored(scope: Scope, row: Any, version: Published, words: Words) -> Picture:
    values = row["metric_values"]
    every = factors_of(version.card, version.catalogue, values, row["contributions"], words)
    visible_factors = for_customer(every, words) if scope.is_customer else every
    steps = strengthen(version.card, version.catalogue, values, words=words)
    visible = {factor.feature for factor in visible_factors}
    here = row["lifecycle"] != "left"  # who has left is neither praised nor asked for anything
    return Picture(
        id=row["id"],
        identity=_identity(scope, row, version),
        factors=visible_factors,
        because=tuple(positive_reasons(every, words=words)) if here else (),
        strengthen=tuple(step for step in steps if here and step.feature in visible),
        person=row,
        words=words,
    )


def _unscored(row: Any, words: Words) -> Picture:
    return Picture(
        id=row["id"],
        identity=_unscored_identity(row),
        factors=(),
        because=(),
        strengthen=(),
        person=row,
        words=words,
    )


def _identity(scope: Scope, row: Any, version: Published) -> Identity:
    factors = shown(
        version.columns,
        row["metric_values"],
        row["contributions"],
        for_customer=scope.is_customer,
    )
    return Identity(
        customer_id=row["external_id"],
        identity_strength=row["identity_strength"],
        band=row["band"],
        lifecycle=row["lifecycle"],
        change=row["change_7d"],
        change_days=WEEK_DAYS,
        base=version.base,
        coverage=row["coverage"],
        shap_factors=factors,
        scorecard_version=version.version,
        timestamp=row["taken_at"],
    )


def _unscored_identity(row: Any) -> Identity:
    return Identity(
        customer_id=row["external_id"],
        identity_strength=None,
        band=None,
        change=None,
        change_days=WEEK_DAYS,
        base=None,
        coverage=row["coverage"] or 0.0,
        shap_factors=(),
        scorecard_version=None,
        timestamp=None,
    )
