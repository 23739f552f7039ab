"""Progress of studies on a page: what a later message or a gap in the messages changes."""

from types import SimpleNamespace

import pytest

from pulse.live.messages import Message
from ui.components.job_progress import JobProgress


async def test_the_failure_of_a_former_study_goes_when_another_runs(shop):
    async def over() -> None: ...

    async def failed():
        return SimpleNamespace(
            is_open=False, status="failed", problem="Too few", stage="", done=0, total=0
        )

    told = {"kind": "churn", "status": "running", "stage": "", "done": 1, "total": 2}
    message = Message(business_id=shop.business_id, kind="study_progress", payload=told)
    progress = JobProgress("churn", over)
    await progress.follow(failed())
    assert progress.state.problem == "Too few"
    await progress.hear([message])
    assert progress.state.problem == ""


@pytest.mark.parametrize(("is_open", "read"), [(True, ["again"]), (False, [])])
async def test_after_a_gap_a_running_study_is_read_again(shop, is_open, read):
    found = []

    async def over() -> None:
        found.append("again")

    async def newest():
        return SimpleNamespace(is_open=is_open, status="running", stage="", done=1, total=2)

    progress = JobProgress("churn", over)
    await progress.follow(newest())
    await progress.hear([Message(business_id=shop.business_id, kind="resync")])
    assert found == read
