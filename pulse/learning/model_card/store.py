"""The model card of a scorecard version, made from its stored data."""

from collections.abc import AsyncIterator
from uuid import UUID

from pulse.auth.businesses import business_by_id
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.i18n.sentences import ENGLISH
from pulse.learning import learning_job
from pulse.learning.churn import backtest_jobs
from pulse.learning.model_card.html import About, Reasons, model_card
from pulse.scoring import versions


async def document(scope: Scope, scorecard_id: UUID, language: str = ENGLISH) -> str:
    """One self-contained HTML document (for CSMs and above); raises NotFound."""
    scope.require(Permission.see_setup)
    version = await versions.version(scope, scorecard_id)
    listed = [one for one in await versions.versions(scope) if one.id == scorecard_id]
    report = await learning_job.report_of(scope, scorecard_id)
    kept = await backtest_jobs.newest(scope, scorecard_id)
    business = await business_by_id(scope.business_id)
    return model_card(
        About(business.name, version.version, listed[0].created_at.date(), listed[0].note),
        version.card,
        version.catalogue,
        report.lesson.learned if report else None,
        [trial.found for trial in kept.trials.trials] if kept else (),
        report.lesson.overall if report else None,
        Reasons(report.why, report.leaks_why) if report else Reasons(),
        language,
    )


async def pages(scope: Scope, scorecard_id: UUID, language: str) -> AsyncIterator[bytes]:
    """`document` in the form of a download."""
    yield (await document(scope, scorecard_id, language)).encode()
