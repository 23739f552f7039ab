"""PULSE_SECRET: guessable values are refused; a rotation encrypts everything again."""

import secrets
from typing import Any

import asyncpg
import msgspec
import pytest

from pulse import settings
from pulse.auth.api_keys import create_api_key
from pulse.auth.encryption import seal, unseal
from pulse.auth.scope import Scope
from pulse.auth.second_factor.totp import new_secret
from pulse.auth.signing_keys import forget_keys, live_keys, rotate_secret
from pulse.db.transaction import tenant
from pulse.errors import Invalid, Unavailable
from pulse.operations.secret_rotation import reseal_everything
from pulse.webhooks import endpoints

SEALED = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name LIKE '%sealed' ORDER BY 1, 2
"""


@pytest.mark.parametrize("weak", ["x" * 48, "changeme" * 6, "ab" * 40])
def test_a_secret_that_can_be_guessed_is_refused(weak: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULSE_SECRET", weak)
    with pytest.raises(Invalid, match="can be guessed"):
        settings.Settings.from_environment()


@pytest.mark.parametrize("good", [secrets.token_urlsafe(32), secrets.token_hex(16)])
def test_a_random_secret_is_accepted(good: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULSE_SECRET", good)
    assert settings.Settings.from_environment().secret == good


async def test_a_rotation_encrypts_everything_again(
    shop: Scope, other_shop: Scope, database: dict[str, Any]
):
    fresh = await rotate_secret(shop)
    hook = await endpoints.create(other_shop, "https://93.184.215.14/hook", ["security"])
    shown = await endpoints.secret(other_shop, hook.id)
    app = new_secret()
    async with tenant(shop) as unit:
        await unit.execute(
            "INSERT INTO second_factors (business_id, staff_id, kind, secret_sealed) "
            "VALUES ($1, $2, 'totp', $3)",
            *(shop.business_id, shop.actor.id, app),
        )
    await create_api_key(shop, "warehouse", ["read"])  # stored as a hash: nothing to encrypt
    before = settings.current()
    kept = unseal(app)
    settings.choose(
        msgspec.structs.replace(before, secret=secrets.token_urlsafe(32), old_secret=before.secret)
    )
    assert unseal(app) == kept  # both decrypt while the rotation runs
    done = await reseal_everything()
    settings.choose(msgspec.structs.replace(settings.current(), old_secret=""))
    forget_keys()
    assert (await live_keys(shop.business_id))[0].kid == fresh.kid
    assert await endpoints.secret(other_shop, hook.id) == shown
    with pytest.raises(Unavailable):
        unseal(app)
    owner = await asyncpg.connect(**database)
    columns = await owner.fetch(SEALED)
    assert {row["table_name"] for row in columns} == set(done)
    for table, column in columns:
        for row in await owner.fetch(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):
            assert unseal(row[0])
    await owner.close()
    assert unseal(seal("again")) == "again"
