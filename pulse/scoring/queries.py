"""Read one customer's identity: complete for staff, reduced for the customer.

One query in one unit of work: this is the most frequent read of the product.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse.auth.scope import Scope
from pulse.customers.merging.former_ids import resolve, resolve_one
from pulse.db.dataloader import DataLoader
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.i18n.identity_phrases import ENGLISH, Words, is_spoken, language_of, words_for
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
"""Coverage below which a customer sees "we are getting to know you" instead of a number."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The identity answer: base + Σ contribution = identity_strength (None: not scored yet)."""

    customer_id: str
    identity_strength: float | None
    band: str | None
    """None for onboarding, lapsed and left customers, who have no band."""
    lifecycle: str | None = None
    """onboarding, active, lapsed or left; None: not scored yet."""
    change: float | None
    change_days: int
    base: float | None
    coverage: float
    shap_factors: tuple[ShownFactor, ...]
    scorecard_version: int | None
    timestamp: datetime | None
    scorecard: str | None = None
    """The scorecard's name where the business has several, for staff and programs only."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An identity with reasons and steps; factors are limited to what the reader may see."""

    id: UUID
    identity: Identity
    factors: tuple[Factor, ...]
    because: tuple[Reason, ...]
    strengthen: tuple[Step, ...]
    person: Any
    """The customer's record (name, locale, preferences)."""
    words: Words
    """Phrases in the language of the reasons and steps."""

    @property
    def habit(self) -> float | None:
        """The usual gap between the customer's orders in days; None without a habit."""
        return self.person["usual_gap_days"] if self.person["habitual"] else None


class Reader(msgspec.Struct, frozen=True):
    """Language of the texts: the requested one, the customer's, or the business's.

    bond: the business's own word for the strength; empty: the default. stored_first: a language
    stored for the customer takes precedence over the requested one.
    """

    asked: str | None = None
    house: str | None = None
    bond: str = ""
    stored_first: bool = False

    def words(self, locale: str | None) -> Words:
        """Return the phrases for a customer of this locale."""
        other = language_of(locale) != language_of(self.asked)
        if self.stored_first and is_spoken(locale) and other:
            return words_for(locale).with_bond(self.bond)
        return words_for(self.asked, locale, self.house).with_bond(self.bond)


async def identity_of(scope: Scope, external_id: str) -> Identity:
    """Return the identity of a customer; raises NotFound, also for another customer's token."""
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
    """Return the row of a customer by a former id or by e-mail address."""
    async with tenant(scope) as unit:
        known = await resolve_one(unit, external_id)
    return None if known == external_id else await _NEWEST.read(scope, known)


async def picture(
    unit: Unit,
    scope: Scope,
    external_id: str,
    reader: Reader | None = None,
    words: Words = ENGLISH,
) -> Picture:
    """Return identity, reasons and steps inside a unit of work; without a reader in `words`."""
    row = (await current_rows(unit, [external_id])).get(external_id)
    versions = await versions_of(unit, [row] if row else [])
    if reader is not None and row is not None:
        words = reader.words(row["locale"])
    return picture_of(scope, row, versions, words)


def picture_of(
    scope: Scope, row: dict[str, Any] | None, versions: Mapping[UUID, Published], words: Words
) -> Picture:
    """Build the picture from a row; raises NotFound for None and for another customer."""
    if row is None:
        raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
    scope.require_customer(row["id"])
    if row["metric_values"] is None or _too_little_known(scope, row):
        return _unscored(row, words)
    return _scored(scope, row, versions[row["scorecard_id"]], words)


async def current_rows(unit: Unit, external_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return customers with current score and snapshot, by the requested (also a former) id.

    Score columns are None before the first score; unknown customers are missing.
    """
    found = await _rows_now(unit, external_ids)
    missing = [one for one in external_ids if one not in found]
    if missing and (meant := await resolve(unit, missing)):
        present = await _rows_now(unit, [*meant.values()])
        found |= {one: present[known] for one, known in meant.items() if known in present}
    return found


async def _rows_now(unit: Unit, external_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    of = {"business_id": unit.business_id}
    people = await _PEOPLE.rows(unit, **of, external_ids=list(external_ids))
    ids = [person["id"] for person in people]
    scores = {row.pop("who"): row for row in await _SCORES.rows(unit, **of, ids=ids)}
    days = list({row["scored_on"] for row in scores.values() if row["scored_on"]})
    taken = await _SNAPSHOTS.rows(unit, **of, ids=list(scores), days=days) if days else []
    snapshots = {(row.pop("who"), row.pop("snapshot_date")): row for row in taken}
    none = dict.fromkeys((*_SCORED, *_TAKEN))
    rows = {}
    for person in people:
        score = scores.get(person["id"], {})
        snapshot = snapshots.get((person["id"], score.get("scored_on")), {})
        rows[person["external_id"]] = {**none, **person, **score, **snapshot}
    return rows


async def versions_of(unit: Unit, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, Published]:
    """Return the scorecard versions used for these rows."""
    ids = dict.fromkeys(row["scorecard_id"] for row in rows if row["scorecard_id"])
    return {one: await scorecard_store.version_by_id(unit, one) for one in ids}


_PEOPLE = prepared(
    Customer.select(
        Customer.id,
        Customer.external_id,
        Customer.name,
        Customer.locale,
        Customer.celebrations,
        Customer.score_hidden,
        Customer.widget_seen_at,
    ).where(
        Customer.business_id == Param("business_id"),
        any_of(Customer.external_id, Param("external_ids")),
    )
)
_SCORED = ("change_7d", "lifecycle", "habitual", "usual_gap_days")
_SCORES = prepared(
    CustomerScore.select(
        CustomerScore.customer_id.as_alias("who"),
        *(getattr(CustomerScore, name) for name in _SCORED),
        CustomerScore.scored_on,
    ).where(
        CustomerScore.business_id == Param("business_id"),
        any_of(CustomerScore.customer_id, Param("ids")),
    )
)
_TAKEN = (
    *("identity_strength", "band", "coverage", "taken_at", "scorecard_id", "metric_values"),
    "contributions",
)
_SNAPSHOTS = prepared(
    IdentitySnapshot.select(
        IdentitySnapshot.customer_id.as_alias("who"),
        IdentitySnapshot.snapshot_date,
        *(getattr(IdentitySnapshot, name) for name in _TAKEN),
    ).where(
        IdentitySnapshot.business_id == Param("business_id"),
        any_of(IdentitySnapshot.customer_id, Param("ids")),
        any_of(IdentitySnapshot.snapshot_date, Param("days")),
    )
)
_NEWEST = DataLoader("SELECT * FROM pulse_read_identities($1, $2)", "external_id")


def _too_little_known(scope: Scope, row: Any) -> bool:
    return scope.is_customer and row["coverage"] < KNOWN_ENOUGH


def _scored(scope: Scope, row: Any, version: Published, words: Words) -> Picture:
    values, habitual = row["metric_values"], bool(row["habitual"])
    every = factors_of(
        version.card, version.catalogue, values, row["contributions"], words, habitual=habitual
    )
    visible_factors = for_customer(every, words) if scope.is_customer else every
    steps = strengthen(version.card, version.catalogue, values, words=words, habitual=habitual)
    visible = {factor.feature for factor in visible_factors}
    here = row["lifecycle"] != "left"  # customers who have left get neither praise nor suggestions
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
        scorecard=None if scope.is_customer else version.name or None,
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
