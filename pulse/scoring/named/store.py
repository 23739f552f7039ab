"""The named scorecards (those beside the default one) in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw

from pulse import clock
from pulse.customers.conditions import decode
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.errors import Conflict, Invalid, NotFound
from pulse.i18n.sentences import Sentence
from pulse.scoring import scorecard_store
from pulse.scoring.scorecard_store import DEFAULT_NAME
from pulse.tables.customer import CustomerScore
from pulse.tables.scorecard import NamedScorecard
from pulse.tables.scorecard import Scorecard as ScorecardTable

MOST = 12
"""The maximum number of scorecards beside the default one."""
LONGEST_NAME = 60


class OtherScorecard(msgspec.Struct, frozen=True, kw_only=True):
    """A scorecard beside the default one, with the condition of its customers."""

    id: UUID
    name: str
    condition: str
    """As `pulse.customers.conditions` writes it."""
    version: int | None = None
    """The published version; None: nobody is scored by it yet."""


async def all_named(unit: Unit) -> list[OtherScorecard]:
    """Return the scorecards that were not removed, in their order."""
    rows = await _THERE.rows(unit, business_id=unit.business_id)
    if not rows:
        return []
    published = await _PUBLISHED.rows(unit, business_id=unit.business_id)
    version_of = {row["named_scorecard_id"]: row["version"] for row in published}
    return [OtherScorecard(**row, version=version_of.get(row["id"])) for row in rows]


async def names(unit: Unit) -> dict[UUID, str]:
    """Return the names by id, also of removed scorecards, for histories."""
    rows = await NamedScorecard.select(NamedScorecard.id, NamedScorecard.name).where(
        NamedScorecard.business_id == unit.business_id
    )
    return {row["id"]: row["name"] for row in rows}


async def named(unit: Unit, named_id: UUID) -> OtherScorecard:
    """Return one scorecard; raises NotFound, also for a removed one."""
    found = next((one for one in await all_named(unit) if one.id == named_id), None)
    if found is None:
        raise NotFound("There is no such scorecard.", code="SCORECARD_MISSING")
    return found


async def published_by_name(unit: Unit, name: str) -> UUID | None:
    """Return the id of the scorecard with this name, ignoring case; None: the default one.

    Raises NotFound, with the names there are, and Conflict if it is not published yet.
    """
    there = await all_named(unit)
    wanted = " ".join(name.split()).casefold()
    if wanted == DEFAULT_NAME.casefold():
        return None
    found = next((one for one in there if one.name.casefold() == wanted), None)
    if found is None:
        known = ", ".join(f"“{known}”" for known in (DEFAULT_NAME, *(one.name for one in there)))
        raise NotFound(
            Sentence("There is no scorecard “{name}”. There are: {known}.", name=name, known=known),
            code="SCORECARD_MISSING",
        )
    if found.version is None:
        raise Conflict(
            Sentence("The scorecard “{name}” has no published version yet.", name=found.name),
            code="SCORECARD_NOT_PUBLISHED",
        )
    return found.id


async def add(unit: Unit, name: str, condition: str) -> UUID:
    """Store a scorecard after the others; raises Invalid or Conflict."""
    there = await all_named(unit)
    if len(there) >= MOST:
        raise Invalid(
            Sentence("There can be at most {most} scorecards beside the default one.", most=MOST)
        )
    row = NamedScorecard(
        business_id=unit.business_id,
        name=_checked_name(name, there),
        condition=_checked_condition(condition),
        position=len(there),
    )
    await NamedScorecard.insert(row)
    await scorecard_store.forget_names(unit)
    return row.id


async def change(unit: Unit, named_id: UUID, name: str, condition: str) -> None:
    """Store another name or condition; raises Invalid or Conflict."""
    others = [one for one in await all_named(unit) if one.id != named_id]
    values: dict[Column | str, Any] = {
        NamedScorecard.name: _checked_name(name, others),
        NamedScorecard.condition: _checked_condition(condition),
    }
    await _update(unit, named_id, values)


async def reorder(unit: Unit, ids: Sequence[UUID]) -> None:
    """Store this order."""
    for position, named_id in enumerate(ids):
        await _update(unit, named_id, {NamedScorecard.position: position})


async def remove(unit: Unit, named_id: UUID) -> None:
    """Mark it as removed and retire its published version."""
    await scorecard_store.retire_published(unit, named_id)
    await _update(unit, named_id, {NamedScorecard.removed_at: clock.now()})


async def version_ids(unit: Unit, named_id: UUID | None) -> list[UUID]:
    """Return the ids of all versions of this scorecard (None: of the default one)."""
    whose = ScorecardTable.named_scorecard_id
    rows = await ScorecardTable.select(ScorecardTable.id).where(
        ScorecardTable.business_id == unit.business_id,
        whose.is_null() if named_id is None else whose == named_id,
    )
    return [row["id"] for row in rows]


async def scored_by(unit: Unit, named_id: UUID) -> int:
    """Return how many customers have their present score from it."""
    found = await CustomerScore.count().where(
        CustomerScore.business_id == unit.business_id,
        any_of(CustomerScore.scorecard_id, await version_ids(unit, named_id)),
    )
    return int(found)


def scored_by_versions(unit: Unit, ids: Sequence[UUID]) -> WhereRaw:
    """Return the condition that a row's customer is scored by one of these versions at present."""
    return WhereRaw(
        "customer_id IN (SELECT s.customer_id FROM customer_scores s "
        "WHERE s.business_id = {} AND s.scorecard_id = ANY(({})::uuid[]))",
        unit.business_id,
        list(ids),
    )


async def _update(unit: Unit, named_id: UUID, values: dict[Column | str, Any]) -> None:
    await NamedScorecard.update(values).where(
        NamedScorecard.business_id == unit.business_id, NamedScorecard.id == named_id
    )
    await scorecard_store.forget_names(unit)


def _checked_name(name: str, others: Sequence[OtherScorecard]) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(
            Sentence("A scorecard needs a name of 1 to {most} characters.", most=LONGEST_NAME),
            code="SCORECARD_NAME",
        )
    taken = {one.name.casefold() for one in others} | {DEFAULT_NAME.casefold()}
    if name.casefold() in taken:
        raise Conflict(
            Sentence("There is a scorecard “{name}” already.", name=name), code="SCORECARD_NAME"
        )
    return name


def _checked_condition(condition: str) -> str:
    for one in decode(condition)[1]:
        if not one.is_unscored:
            raise Invalid(
                Sentence(
                    "“{field}” follows from the score, so it cannot decide the scorecard. Use "
                    "customer since, segment, tag, value a year, renewal or a custom field.",
                    field=Sentence(one.about.label),
                ),
                code="CONDITIONS_INVALID",
            )
    return condition


_THERE = prepared(
    NamedScorecard.select(NamedScorecard.id, NamedScorecard.name, NamedScorecard.condition)
    .where(NamedScorecard.business_id == Param("business_id"), NamedScorecard.removed_at.is_null())
    .order_by(NamedScorecard.position, NamedScorecard.id)
)
_PUBLISHED = prepared(
    ScorecardTable.select(ScorecardTable.named_scorecard_id, ScorecardTable.version).where(
        ScorecardTable.business_id == Param("business_id"),
        ScorecardTable.status == "published",
        ScorecardTable.named_scorecard_id.is_not_null(),
    )
)
