"""When a customer moved from one scorecard to another, by their snapshots."""

from datetime import date
from itertools import pairwise
from uuid import UUID

import msgspec

from pulse.db.transaction import Unit
from pulse.scoring.named import store
from pulse.scoring.scorecard_store import DEFAULT_NAME
from pulse.tables.scorecard import Scorecard as ScorecardTable
from pulse.tables.snapshot import IdentitySnapshot


class Move(msgspec.Struct, frozen=True):
    """The day of the first score by another scorecard, and the names of both."""

    day: date
    before: str
    after: str


class Moves(msgspec.Struct, frozen=True):
    """The moves of a customer, oldest first, and the version numbers of their scorecards.

    `versions` is None where the business never had several scorecards.
    """

    moves: tuple[Move, ...] = ()
    versions: frozenset[int] | None = None


async def moves_of(unit: Unit, customer_id: UUID, since: date) -> Moves:
    """Read the moves since that day from the customer's snapshots."""
    names = await store.names(unit)
    if not names:
        return Moves()
    made = await ScorecardTable.select(
        ScorecardTable.id,
        ScorecardTable.version,
        ScorecardTable.named_scorecard_id.as_alias("whose"),
    ).where(ScorecardTable.business_id == unit.business_id)
    whose = {row["id"]: row["whose"] for row in made}
    rows = (
        await IdentitySnapshot.select(
            IdentitySnapshot.snapshot_date, IdentitySnapshot.scorecard_id.as_alias("made_by")
        )
        .where(
            IdentitySnapshot.business_id == unit.business_id,
            IdentitySnapshot.customer_id == customer_id,
            IdentitySnapshot.snapshot_date >= since,
        )
        .order_by(IdentitySnapshot.snapshot_date)
    )
    days = [(row["snapshot_date"], whose.get(row["made_by"])) for row in rows]
    had = {named_id for _, named_id in days}
    moves = tuple(
        Move(day, _name(names, was), _name(names, now))
        for (_, was), (day, now) in pairwise(days)
        if was != now
    )
    return Moves(moves, frozenset(row["version"] for row in made if row["whose"] in had))


def _name(names: dict[UUID, str], named_id: UUID | None) -> str:
    return DEFAULT_NAME if named_id is None else names.get(named_id, DEFAULT_NAME)
