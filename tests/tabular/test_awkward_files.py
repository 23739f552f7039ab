"""Each unusual file is imported correctly or refused with a clear message."""

from pathlib import Path

import pytest

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.imports.preview import examine
from pulse.imports.runner import import_file
from tests.tabular.awkward_files import FILES

pytestmark = pytest.mark.slow


async def customers(scope: Scope) -> list[str]:
    async with tenant(scope) as unit:
        rows = await unit.fetch("SELECT external_id FROM customers ORDER BY external_id")
    return [row["external_id"] for row in rows]


@pytest.mark.parametrize("name", FILES)
async def test_it_is_imported_correctly_or_refused_with_a_reason(
    shop: Scope, tmp_path: Path, name: str
) -> None:
    file = FILES[name]
    path = tmp_path / "upload.csv"
    path.write_bytes(file.content)
    if file.refused:
        with pytest.raises(Invalid) as caught:
            await examine(shop, path)
        assert caught.value.code == file.refused
        assert caught.value.message.endswith((".", "?"))
        assert await customers(shop) == []
        return
    seen = await examine(shop, path)
    report = await import_file(shop, path, seen.mapping)
    assert (report.status, report.rows_new, report.rows_rejected) == (
        file.status,
        file.new,
        file.rejected,
    ), report.errors
    assert len(await customers(shop)) == file.new
    assert set(file.cautions) <= {caution.kind for caution in seen.cautions}
    again = await import_file(shop, path, seen.mapping)
    assert (again.rows_new, again.rows_changed) == (0, 0)
