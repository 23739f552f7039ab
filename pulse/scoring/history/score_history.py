"""One customer over time: trend, marked days, and why the score changed since a day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns.combination import Where

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.prepared import Param, Prepared, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.i18n.identity_phrases import words_for
from pulse.i18n.sentences import Sentence
from pulse.scoring import scorecard_store
from pulse.scoring.bands import DEFAULT_EDGES
from pulse.scoring.calibration import stay_probability
from pulse.scoring.history.changes import Explanation, Moment, explain
from pulse.scoring.history.trend import Point, history
from pulse.scoring.named.assignment import card_for
from pulse.scoring.named.moves import Move, Moves, moves_of
from pulse.scoring.queries import Picture, picture
from pulse.scoring.scorecard_store import DEFAULT_NAME
from pulse.tables.activity import CustomerContext
from pulse.tables.audit import AuditEntry
from pulse.tables.card import ConversationCard
from pulse.tables.customer import CustomerScore
from pulse.tables.snapshot import IdentitySnapshot

WEEKS = 52


class Mark(msgspec.Struct, frozen=True):
    """A marked day on the trend. kind: scorecard, card or context; what: which one."""

    day: date
    kind: str
    what: str


class Story(msgspec.Struct, frozen=True):
    """The trend of a customer, oldest first, with its marks."""

    points: list[Point]
    marks: list[Mark]
    edges: tuple[float, float] = DEFAULT_EDGES
    """Strengths at which the bands of the customer's scorecard begin."""
    moved: Move | None = None
    """The last move to another scorecard; None without one."""


class Changed(msgspec.Struct, frozen=True):
    """Why the strength changed between two days; since: the day of the earlier snapshot."""

    since: date
    until: date
    explanation: Explanation


async def story(scope: Scope, external_id: str, weeks: int = WEEKS) -> Story:
    """Return the trend with its marks; raises NotFound."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        points = await history(unit, customer_id, weeks)
        if not points:
            return Story([], [])
        moves = await moves_of(unit, customer_id, points[0].date)
        marks = await _marks(unit, customer_id, clock.start_of(points[0].date), moves)
        current = await card_for(unit, customer_id)
    edges = current.card.band_edges if current else DEFAULT_EDGES
    return Story(points, marks, edges, moves.moves[-1] if moves.moves else None)


async def full_picture(scope: Scope, external_id: str, language: str = "en") -> Picture:
    """The identity of a customer with all factors, for staff of a language; raises NotFound."""
    async with tenant(scope) as unit:
        return await picture(unit, scope, external_id, words=words_for(language))


async def chance_to_stay(scope: Scope, seen: Picture) -> float | None:
    """Return the share (0–1) of customers with this strength who stayed, for staff.

    None when unknown: no score, or a scorecard without calibration.
    """
    strength = seen.identity.identity_strength
    if strength is None or scope.is_customer:
        return None
    async with tenant(scope) as unit:
        version = await scorecard_store.version_by_id(unit, seen.person["scorecard_id"])
    calibration = version.card.calibration
    return None if calibration is None else stay_probability(calibration, strength)


async def what_changed(scope: Scope, external_id: str, days: int) -> Changed | None:
    """Explain the change since the last snapshot at least `days` old; None without one."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        rows = await _ends(unit, customer_id, clock.today() - timedelta(days=days))
        if len(rows) < 2:
            return None
        before, after = rows
        known = await scorecard_store.version_by_id(unit, after["scorecard_id"])
        explanation = explain(
            await _moment(unit, before),
            await _moment(unit, after),
            known.catalogue,
            habitual=bool(
                await _HABITUAL.value(unit, business_id=unit.business_id, customer_id=customer_id)
            ),
        )
    return Changed(before["snapshot_date"], after["snapshot_date"], explanation)


async def _ends(unit: Unit, customer_id: UUID, since: date) -> Sequence[Any]:
    """Return the snapshot valid on that day and the newest one; fewer if there are no two."""
    whose = {"business_id": unit.business_id, "customer_id": customer_id, "since": since}
    return [*await _IN_FORCE.rows(unit, **whose), *await _NEWEST.rows(unit, **whose)]


async def _moment(unit: Unit, row: Any) -> Moment:
    try:
        version = await scorecard_store.version_by_id(unit, row["scorecard_id"])
    except NotFound as gone:
        raise NotFound("The scorecard of that day is no longer stored.") from gone
    return Moment(
        version.card, row["identity_strength"], row["metric_values"], row["contributions"]
    )


async def _marks(unit: Unit, customer_id: UUID, since: datetime, moves: Moves) -> list[Mark]:
    """Return publications of their scorecards, moves, cards and shared contexts, oldest first."""
    published = (
        await AuditEntry.select(AuditEntry.created_at, AuditEntry.subject)
        .where(
            AuditEntry.business_id == unit.business_id,
            AuditEntry.action == "scorecard.published",
            AuditEntry.created_at >= since,
        )
        .order_by(AuditEntry.id)
    )
    cards = await ConversationCard.select(
        ConversationCard.actioned_at, ConversationCard.created_at
    ).where(
        ConversationCard.business_id == unit.business_id,
        ConversationCard.customer_id == customer_id,
        ConversationCard.created_at >= since,
    )
    shared = await CustomerContext.select(
        CustomerContext.shared_at, CustomerContext.context_type
    ).where(
        CustomerContext.business_id == unit.business_id,
        CustomerContext.customer_id == customer_id,
        CustomerContext.shared_at >= since,
    )
    subjects: dict[date, list[str]] = {}
    theirs = None if moves.versions is None else {f"v{number}" for number in moves.versions}
    for row in published:
        if theirs is None or row["subject"] in theirs:
            subjects.setdefault(row["created_at"].date(), []).append(row["subject"])
    marks = [
        *(_published(day, versions) for day, versions in subjects.items()),
        *(_moved(move) for move in moves.moves),
        *(_card((row["actioned_at"] or row["created_at"]).date()) for row in cards),
        *(_context(row["shared_at"].date(), row["context_type"]) for row in shared),
    ]
    return sorted(marks, key=lambda mark: mark.day)


def _published(day: date, versions: Sequence[str]) -> Mark:
    return Mark(day, "scorecard", Sentence("scorecard {versions}", versions=", ".join(versions)))


def _moved(move: Move) -> Mark:
    after, before = (
        Sentence(name) if name == DEFAULT_NAME else name for name in (move.after, move.before)
    )
    what = Sentence("scorecard “{after}” instead of “{before}”", after=after, before=before)
    return Mark(move.day, "scorecard", what)


def _card(day: date) -> Mark:
    return Mark(day, "card", Sentence("card"))


def _context(day: date, context_type: str) -> Mark:
    return Mark(day, "context", Sentence(context_type.replace("_", " ")))


def _newest(which: Where) -> Prepared:
    """Return the newest snapshot of a customer that meets this condition."""
    return prepared(
        IdentitySnapshot.select(
            IdentitySnapshot.snapshot_date,
            IdentitySnapshot.identity_strength,
            IdentitySnapshot.scorecard_id,
            IdentitySnapshot.metric_values,
            IdentitySnapshot.contributions,
        )
        .where(
            IdentitySnapshot.business_id == Param("business_id"),
            IdentitySnapshot.customer_id == Param("customer_id"),
            which,
        )
        .order_by(IdentitySnapshot.snapshot_date, ascending=False)
        .limit(1)
    )


_HABITUAL = prepared(
    CustomerScore.select(CustomerScore.habitual).where(
        CustomerScore.business_id == Param("business_id"),
        CustomerScore.customer_id == Param("customer_id"),
    )
)
_IN_FORCE = _newest(IdentitySnapshot.snapshot_date <= Param("since"))
_NEWEST = _newest(IdentitySnapshot.snapshot_date > Param("since"))
