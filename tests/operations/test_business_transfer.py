"""Move one business between installations: equal checksums, or no effect."""

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pulse import settings, workflows
from pulse.auth.businesses import business_by_slug
from pulse.auth.customer_tokens import sign_for, verify
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import rotate_secret
from pulse.auth.staff import add_staff
from pulse.auth.ttl_cache import forget_everything
from pulse.customers import staff_actions
from pulse.customers.filters import CustomerFilter
from pulse.db.engine import DB, app_connection, pool
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid
from pulse.operations.business_transfer import export_business, import_business
from pulse.testing.database import SpareDatabases

OTHER_SECRET = "another secret of another installation, long"


@pytest.fixture
async def elsewhere(
    spares: SpareDatabases, chosen_settings: settings.Settings
) -> AsyncIterator[Any]:
    """`async with elsewhere():` an empty installation with another PULSE_SECRET."""
    owner = await spares.take()
    yield owner
    await spares.give_back(owner)


async def _furnished(scope: Scope) -> None:
    """Add people, states, notes, cards and secrets, so that most tables have rows."""
    await workflows.rescore(scope)
    await rotate_secret(scope)
    await add_staff(scope, "anna@shop.example", "Anna", Role.csm, "a password of the test")
    await workflows.share_context(scope, "c1", "stuck", "a “note”\twith\nevery\\thing, ä", "key-1")
    async with tenant(scope) as unit:
        first = await unit.fetchval("SELECT id FROM customers WHERE external_id = 'c1'")
    await staff_actions.add_note(scope, first, "called her")
    await staff_actions.assign(scope, CustomerFilter(), None)


async def test_a_business_is_moved_completely_and_only_once(
    ordering_shop: Scope,
    other_shop: Scope,
    elsewhere: dict[str, Any],
    chosen_settings: settings.Settings,
    tmp_path: Path,
):
    await _furnished(ordering_shop)
    file = tmp_path / "shop.pulse"
    left = await export_business(await business_by_slug("shop"), file)
    filled = {table.name for table in left.tables if table.rows}
    assert {"customers", "events", "customer_contexts", "customer_scores", "staff"} <= filled
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict, match="“shop” is here already: nothing was imported"):
        await import_business(file)

    before = DB.pool, DB.config
    DB.pool = None
    settings.choose(msgspec.structs.replace(chosen_settings, secret=OTHER_SECRET))
    forget_everything()
    try:
        async with pool(app_connection(chosen_settings, elsewhere)):
            with pytest.raises(Invalid, match="PULSE_SOURCE_SECRET"):
                await import_business(file)
            arrived = await import_business(file, chosen_settings.secret)
            assert [(one.name, one.rows, one.checksum) for one in arrived.tables] == [
                (one.name, one.rows, one.checksum) for one in left.tables
            ]
            again = await export_business(await business_by_slug("shop"), tmp_path / "again")
            assert {one.name: one.checksum for one in again.tables} == {
                one.name: one.checksum for one in left.tables
            }
            assert (await verify(await sign_for("shop", "c1"))).customer == "c1"
            async with tenant(ordering_shop) as unit:
                found = await unit.fetchval("SELECT count(*) FROM customer_words")
                assert found == await unit.fetchval("SELECT count(*) FROM customers")
            await workflows.rescore(ordering_shop)  # it continues to work
    finally:
        DB.pool, DB.config = before
        settings.choose(chosen_settings)
        forget_everything()


async def test_a_damaged_or_foreign_file_is_refused(ordering_shop: Scope, tmp_path: Path):
    file, broken = tmp_path / "shop.pulse", tmp_path / "broken.pulse"
    await export_business(await business_by_slug("shop"), file)
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(broken, "w") as part:
        for name in whole.namelist():
            content = whole.read(name)
            part.writestr(name, content[:-4] if name == "customers.copy" else content)
    with pytest.raises(Invalid, match="damaged: customers"):
        await import_business(broken)
    (tmp_path / "none.pulse").write_text("no export")
    with pytest.raises(Invalid, match="not written by `pulse business export`"):
        await import_business(tmp_path / "none.pulse")
    with pytest.raises(Invalid, match="cannot be written"):
        await export_business(await business_by_slug("shop"), tmp_path / "no" / "folder")
