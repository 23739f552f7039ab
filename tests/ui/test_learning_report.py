"""The report about a learned scorecard, and keeping what it left out as a leak."""

import pytest

from pulse import workflows
from pulse.auth.scope import Scope
from pulse.jobs import analyses
from pulse.learning import learning_job
from pulse.learning.training import Interval
from tests.fixtures.jobs import carried_out
from tests.fixtures.leavers import copy_outcome
from tests.learning.churned import CHURNED
from ui.pages.scorecard.learning_report import called
from ui.pages.scorecard.page import show

KEEP = "Keep “Refund”"


@pytest.mark.parametrize(("auc", "word"), [(0.69, "weak"), (0.7, "fair"), (0.81, "good")])
def test_the_accuracy_is_named(auc: float, word: str) -> None:
    assert called(Interval(auc, auc, auc)) == word


@pytest.mark.slow
async def test_an_admin_keeps_a_leak_and_the_report_warns(render, leaving_shop: Scope):
    await copy_outcome(leaving_shop, "refund")
    await workflows.rescore(leaving_shop)
    await learning_job.enqueue_learning(leaving_shop, CHURNED)
    await carried_out(leaving_shop, "learn")
    async with render(show, path="/scorecard?tab=learn", role="manager") as page:
        page.should_see("“Refund” alone tells who left")
        page.should_not_see(KEEP)
    async with render(show, path="/scorecard?tab=learn") as page:
        await page.fill(KEEP, True)
        why = "Why they are known before a customer leaves (goes to the audit log)"
        await page.fill(why, "Refunds come weeks before")
        await page.press("Learn")
    study = await analyses.newest_of(leaving_shop, "learn", None)
    assert study is not None
    assert study.question["kept"] == ["refund"]
    await carried_out(leaving_shop, "learn")
    async with render(show, path="/scorecard?tab=learn") as page:
        page.should_see("It weighs metrics that look like leaks: Refund. Known only after the")
        page.should_see("Reason for keeping them: Refunds come weeks before")
