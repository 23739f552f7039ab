"""An import or an undo that always fails ends with a message and is atomic."""

from pathlib import Path
from typing import Any

import pytest

from pulse import workflows
from pulse.auth.scope import Scope
from pulse.imports import history, import_undo, jobs, mapping_memory, runner, uploads
from pulse.imports.runner import import_file
from pulse.jobs.registry import HANDLERS, Job
from tests.imports.test_jobs import MAPPING, orders, write


@pytest.mark.parametrize("where", ["survey", "keep_metrics", "after"])
async def test_a_permanently_failing_import_reports_it_and_is_atomic(
    shop: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    path = write(uploads.upload_folder() / f"{shop.business_id}-a", "1,Ann,3", "2,Bob,4")
    import_id = await jobs.start_import(shop, path, "list.csv", MAPPING)

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    places = {"survey": (runner, "survey"), "after": (workflows, "rescore")}
    monkeypatch.setattr(*places.get(where, (mapping_memory, where)), broken)
    body = {"import_id": str(import_id)}
    job = Job(1, jobs.IMPORT, shop.business_id, body, 0)
    await HANDLERS[jobs.IMPORT].handle(job)  # once: a retry would fail again
    report = await history.get(shop, import_id)
    kept = where == "after"
    assert (report.status, len(await orders(shop))) == (("done", 2) if kept else ("failed", 0))
    assert report.problem == (jobs.NOT_SCORED if kept else jobs.NOT_IMPORTED)
    assert not path.exists()


async def test_an_import_is_retried_while_the_database_is_down(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(uploads.upload_folder() / f"{shop.business_id}-b", "1,Ann,3")
    import_id = await jobs.start_import(shop, path, "list.csv", MAPPING)
    body = {"import_id": str(import_id)}

    def away(*_: Any, **__: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as gone, pytest.raises(ConnectionResetError):
        gone.setattr(runner, "survey", away)
        await HANDLERS[jobs.IMPORT].handle(Job(1, jobs.IMPORT, shop.business_id, body, 0))
    await HANDLERS[jobs.IMPORT].handle(Job(1, jobs.IMPORT, shop.business_id, body, 1))
    assert (await history.get(shop, import_id)).status == "done"


async def test_a_permanently_failing_undo_reports_it_and_can_be_retried(
    shop: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = await import_file(shop, write(tmp_path / "a", "1,Ann,3"), MAPPING)
    await jobs.undo_import(shop, done.id)
    body = {"import_id": str(done.id)}
    job = Job(1, jobs.IMPORT, shop.business_id, body, jobs.TRIES - 1)

    async def broken(*_: Any) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as away:
        away.setattr(import_undo, "_undo_chunk", broken)
        await HANDLERS[jobs.IMPORT].handle(job)
    report = await history.get(shop, done.id)
    assert (report.status, report.problem) == ("done", jobs.NOT_UNDONE)
    await jobs.undo_import(shop, done.id)
    await HANDLERS[jobs.IMPORT].handle(job)
    over = await history.get(shop, done.id)
    assert (over.status, over.problem) == ("undone", "")
    assert await orders(shop) == {}
