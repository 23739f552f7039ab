"""The tab of the monthly review: whole sentences and figures in the reader's language."""

from uuid import UUID

import msgspec
import pytest

from pulse import workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.i18n.sentences import Sentence, as_text
from pulse.jobs import analyses
from pulse.learning.labels import ColumnRule
from pulse.learning.review.contest import Side, Verdict
from pulse.learning.review.review_job import JOB, Question, Review
from pulse.scoring import versions
from ui.kit.buttons import Button
from ui.pages.scorecard.page import show
from ui.testing import RenderedView
from ui.texts import reading

VERDICT = Verdict(
    customers=1234,
    left=300,
    forward=False,
    as_of=400.0,
    champion=Side(0.75, 0.02),
    challenger=Side(0.735, 0.03),
    low=-0.021,
    high=0.004,
    share=0.62,
    changes=1,
    of=1000,
)


async def store(
    scope: Scope, verdict: Verdict, draft: UUID | None = None, version: int = 3
) -> None:
    """Store a finished review of this version with this verdict, which may offer a draft."""
    review = Review(version=version, rule=ColumnRule("plan", ("cancelled",)), verdict=verdict)
    async with tenant(scope) as unit:
        question = msgspec.to_builtins(Question())
        study = await analyses.enqueue_analysis(unit, scope, "review", question, JOB)
        await analyses.finish(unit, study, msgspec.to_builtins(review), draft)


def declining(page: RenderedView) -> list[Button]:
    """Return the button to decline a challenger, while it is shown."""
    return [one for one in page.elements(Button) if one.label == "Decline …" and one.visible]


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """A shop with a published scorecard."""
    await workflows.rescore(ordering_shop)
    return ordering_shop


@pytest.fixture
async def reviewed(scored: Scope) -> Scope:
    """The shop after two reviews: the first challenger ranked better, the second one worse."""
    better = msgspec.structs.replace(VERDICT, challenger=Side(0.78, 0.02), low=0.01, high=0.05)
    await store(scored, better)
    reason = as_text(Sentence("Its factors do not add up."))
    await store(scored, msgspec.structs.replace(VERDICT, against=(reason,)))
    return scored


async def test_a_review_is_told_in_whole_sentences(render, reviewed: Scope):
    async with render(show, path="/scorecard?tab=review") as page:
        page.should_see("Scorecard in force and challenger")
        page.should_see("Compared on 1,234 customers, each scored by a challenger that had learned")
        page.should_see("Left means: Plan is “cancelled”.")
        page.should_see(
            "The challenger's ROC-AUC differs by −0.015 from that of the scorecard in force "
            "(95 % interval: −0.021 to +0.004)."
        )
        page.should_see("The challenger is not offered.")
        page.should_see("the challenger is mixed: 62 % newly learned, 38 % from the scorecard in")
        assert "+0.030 (+0.010 to +0.050)" in [row.get("gain") for row in page.rows]


async def test_its_figures_are_those_of_the_readers_language(render, reviewed: Scope):
    with reading("de"):
        async with render(show, path="/scorecard?tab=review") as page:
            page.should_see("um −0,015")
            page.should_see("−0,021 bis +0,004")
            assert "+0,030 (+0,010 bis +0,050)" in [row.get("gain") for row in page.rows]


@pytest.mark.parametrize(
    ("n", "words"), [(1, "raise 1 customer who does nothing"), (12, "raise 12 customers who do")]
)
async def test_a_scorecard_that_rises_in_silence_is_not_mixed_in(render, scored: Scope, n, words):
    await store(scored, msgspec.structs.replace(VERDICT, champion_risers=n, share=1.0))
    async with render(show, path="/scorecard?tab=review") as page:
        page.should_see(words)
        page.should_not_see("newly learned")


async def test_a_challenger_that_was_published_is_no_longer_on_offer(render, scored: Scope):
    current = await versions.published_version(scored)
    draft = await versions.save_draft(scored, current.card, why="Challenger")
    better = msgspec.structs.replace(VERDICT, challenger=Side(0.78, 0.02), low=0.01, high=0.05)
    await store(scored, better, draft.id, current.version)
    async with render(show, path="/scorecard?tab=review") as page:
        assert len(declining(page)) == 1
        await workflows.publish(scored, draft.id, "It ranks better")
        await page.until(lambda: not declining(page))
