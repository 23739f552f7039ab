"""Challengers on offer: drafts of the latest reviews that nobody has published or declined."""

from uuid import UUID

import msgspec

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.jobs import analyses
from pulse.learning.review import review_job
from pulse.learning.review.contest import Verdict
from pulse.scoring import scorecard_store, versions
from pulse.scoring.scorecard_store import Published
from pulse.tables.scorecard import Scorecard as ScorecardTable


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A challenger that may be published."""

    study_id: UUID
    """The review that offers it."""
    scorecard: str
    """The name of the scorecard; empty where there is only one."""
    published: int
    """The number of the version in force."""
    version: int
    """The number of the draft."""
    verdict: Verdict


async def standing_offers(scope: Scope) -> tuple[Offer, ...]:
    """The challengers on offer, default scorecard first; none for those who may not publish."""
    if not scope.may(Permission.edit_scorecard):
        return ()
    async with tenant(scope) as unit:
        cards = await scorecard_store.each_published(unit)
        found = [await _offer(unit, card) for card in cards]
    return tuple(offer for offer in found if offer is not None)


async def decline(scope: Scope, study_id: UUID, why: str) -> None:
    """Decline the challenger that a review offers, with a reason; open pages are updated.

    Raises NotFound, also for a review without a challenger, Invalid or Conflict.
    """
    async with tenant(scope) as unit:
        study = await analyses.by_id(unit, study_id)
        await versions.decline_draft(unit, scope, study.scorecard_id or study_id, why)
        analyses.publish_analysis(unit, study)


async def _offer(unit: Unit, card: Published) -> Offer | None:
    """The offer of a scorecard's latest review; None once another version is in force."""
    reviews = await review_job.finished_of(unit, card.named_id, 1)
    if not reviews:
        return None
    one = reviews[0]
    verdict = one.review.verdict
    if one.draft_id is None or verdict is None or one.review.version != card.version:
        return None
    draft = (
        await ScorecardTable.select(ScorecardTable.version)
        .where(
            ScorecardTable.business_id == unit.business_id,
            ScorecardTable.id == one.draft_id,
            ScorecardTable.status == "draft",
        )
        .first()
    )
    if draft is None:
        return None
    return Offer(
        study_id=one.id,
        scorecard=card.name,
        published=card.version,
        version=draft["version"],
        verdict=verdict,
    )
