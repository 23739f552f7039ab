"""kill -9 during an import: the next process completes it with exact counts."""

import asyncio
import json
import os
import random
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.imports import history, import_undo
from pulse.imports.runner import cancel, prepare_import, run_import
from pulse.tabular.mapping import ColumnMapping, Mapping

pytestmark = pytest.mark.slow

ROWS = int(os.environ.get("PULSE_KILL_ROWS", "30000"))
ROUNDS = int(os.environ.get("PULSE_KILL_ROUNDS", "3"))
MAPPING = Mapping(
    (
        ColumnMapping("id", "id"),
        ColumnMapping("name", "name"),
        ColumnMapping("orders", "metric", "number", signal="engagement", direction="higher"),
    )
)


def write_list(path: Path, name: str, rows: int = ROWS) -> Path:
    lines = [f"{n},{name} {n},{n % 50}" for n in range(rows)]
    path.write_text("id,name,orders\n" + "\n".join(lines) + "\n")
    return path


async def run_and_kill(
    database: dict[str, Any], folder: Path, scope: Scope, import_id: UUID, after_chunks: int
) -> None:
    """Run the import in a separate process and kill it after that many chunks, during the next.

    The process waits to be killed once the next chunk is written.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.imports.import_memory",
        json.dumps(database),
        str(folder),
        str(scope.business_id),
        str(import_id),
        str(after_chunks + 1),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    for _ in range(after_chunks):
        assert await process.stdout.readline(), "it ended by itself"
    process.kill()
    await process.wait()


async def names(scope: Scope) -> dict[str, int]:
    """Count the customers by first name."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT split_part(name, ' ', 1) AS first, count(*) FROM customers GROUP BY 1"
        )
    return {row["first"]: row["count"] for row in rows}


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_a_killed_import_is_completed_by_the_next_process(
    shop: Scope, database: dict[str, Any], tmp_path: Path, seed: int
) -> None:
    moment = random.Random(seed).randint(1, max(1, ROWS // 20_000))
    path = write_list(tmp_path / "list.csv", "First")
    import_id = await prepare_import(shop, path, "list.csv", MAPPING)
    await run_and_kill(database, tmp_path, shop, import_id, moment)
    before = await history.get(shop, import_id)
    assert before.is_running
    report = await run_import(shop, import_id)
    assert (report.status, report.rows_new, report.rows_changed, report.rows_same) == (
        "done",
        ROWS,
        0,
        0,
    )
    assert report.rows_done == ROWS
    assert await names(shop) == {"First": ROWS}
    await import_undo.ask_undo(shop, import_id)
    assert (await run_import(shop, import_id)).status == "undone"
    assert await names(shop) == {}


async def test_a_killed_import_can_be_cancelled_without_remains(
    shop: Scope, database: dict[str, Any], tmp_path: Path
) -> None:
    path = write_list(tmp_path / "list.csv", "First")
    first = await prepare_import(shop, path, "list.csv", MAPPING)
    await run_import(shop, first)
    path = write_list(tmp_path / "list.csv", "Second", rows=ROWS + 500)
    second = await prepare_import(shop, path, "list.csv", MAPPING)
    await run_and_kill(database, tmp_path, shop, second, 1)
    assert "Second" in await names(shop)
    await cancel(shop, second)
    assert (await run_import(shop, second)).status == "cancelled"
    assert await names(shop) == {"First": ROWS}
