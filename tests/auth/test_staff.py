"""Staff sign-in, sessions, passwords and API keys on the real database."""

from datetime import timedelta

import msgspec
import pytest

from pulse import clock
from pulse.auth import audit
from pulse.auth.api_keys import check_api_key, create_api_key, list_api_keys, revoke_api_key
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.sign_in import attempts, staff_sessions
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.password_changes import change_own, give_new, set_password
from pulse.auth.sign_in.passwords import check_choice, hash_password, password_matches
from pulse.auth.sign_in.staff_sessions import (
    clear_old_sessions,
    end_sessions,
    renew,
    session_of,
    sign_out,
)
from pulse.auth.signing_keys import retire_key, rotate_secret
from pulse.auth.staff import people
from pulse.auth.ttl_cache import forget_everything
from pulse.db.transaction import system
from pulse.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from tests.auth.conftest import EMAIL, PASSWORD

pytestmark = pytest.mark.slow


async def test_the_right_password_opens_a_session_with_role_and_business(ada: Scope):
    cookie, session = await sign_in(" Admin@Shop.example ", PASSWORD)
    found = await session_of(cookie)
    assert found is not None
    assert found.id == session.id
    assert (await people(ada))[0].last_seen_at is not None
    assert found.scope == Scope(
        ada.business_id, Actor("staff", ada.actor.id, "Ada Admin"), Role.admin
    )


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong password"), ("nobody@shop.example", PASSWORD), (EMAIL, "x" * 300)],
)
async def test_unknown_people_and_wrong_passwords_get_the_same_answer(
    ada: Scope, email: str, password: str
):
    with pytest.raises(NotSignedIn, match="E-mail or password is wrong"):
        await sign_in(email, password)


async def test_guessing_passwords_is_rate_limited(ada: Scope):
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            await sign_in("nobody@shop.example", "x")
    with pytest.raises(TooMany) as refused:
        await sign_in("nobody@shop.example", "x")
    assert refused.value.retry_after > 1


async def test_a_stranger_cannot_lock_anybody_out(ada: Scope):
    for _ in range(11):
        with pytest.raises((NotSignedIn, TooMany)):
            await sign_in(EMAIL, "guess", address="203.0.113.9")
    await sign_in(EMAIL, PASSWORD, address="198.51.100.4")


async def test_a_known_device_can_sign_in_despite_guesses_elsewhere(ada: Scope):
    known = attempts.device_cookie(EMAIL)
    with pytest.raises(TooMany):
        for number in range(102):
            await attempts.allow(EMAIL, f"203.0.113.{number}")
    with pytest.raises(TooMany):
        await sign_in(EMAIL, PASSWORD, address="198.51.100.4")
    await sign_in(EMAIL, PASSWORD, address="198.51.100.4", device=known)
    with pytest.raises(TooMany):
        await sign_in(EMAIL, PASSWORD, address="198.51.100.4", device=f"x{known}")


async def test_the_database_keeps_only_hashes(ada: Scope):
    cookie, _ = await sign_in(EMAIL, PASSWORD)
    async with system() as unit:
        kept = await unit.fetchrow("SELECT token_hash, password_hash FROM staff_sessions, staff")
    assert cookie not in kept["token_hash"]
    assert kept["password_hash"].startswith("$argon2id$")


async def test_signing_out_and_deactivation_end_a_session(ada: Scope):
    cookie, _ = await sign_in(EMAIL, PASSWORD)
    await sign_out(cookie)
    assert await session_of(cookie) is None
    cookie, session = await sign_in(EMAIL, PASSWORD)
    async with system() as unit:
        await unit.execute("UPDATE staff SET is_active = false")
    await end_sessions(session.scope, session.staff_id)
    assert await session_of(cookie) is None
    with pytest.raises(NotSignedIn):
        await sign_in(EMAIL, PASSWORD)


async def test_a_session_ends_by_age_and_by_idleness(ada: Scope):
    cookie, _ = await sign_in(EMAIL, PASSWORD)
    for later in (staff_sessions.LIFETIME, staff_sessions.IDLE_LIFETIME):
        forget_everything()
        with clock.at(clock.now() + later + timedelta(seconds=1)):
            assert await session_of(cookie) is None


async def test_a_renewed_cookie_replaces_the_old_one_after_a_grace(ada: Scope):
    cookie, session = await sign_in(EMAIL, PASSWORD)
    assert not session.wants_renewal
    fresh = await renew(cookie)
    assert fresh is not None
    assert fresh != cookie
    assert await session_of(cookie) is not None
    forget_everything()
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert await session_of(cookie) is None
        assert await session_of(fresh) is not None
        assert await renew(cookie) is None


async def test_a_new_password_ends_all_sessions_and_short_ones_are_refused(ada: Scope):
    cookie, session = await sign_in(EMAIL, PASSWORD)
    with pytest.raises(Invalid):
        await set_password(ada, session.staff_id, "short")
    await set_password(ada, session.staff_id, "another long password")
    assert await session_of(cookie) is None


async def test_changing_the_own_password_requires_the_old_one(ada: Scope):
    elsewhere, session = await sign_in(EMAIL, PASSWORD)
    with pytest.raises(NotSignedIn, match="not your present password"):
        await change_own(session, "some other password", "another long password")
    with pytest.raises(Invalid, match="must differ from the present one"):
        await change_own(session, PASSWORD, PASSWORD)
    assert await session_of(elsewhere) is not None  # a refused change has no effect
    here, _ = await change_own(session, PASSWORD, "another long password")
    assert await session_of(elsewhere) is None
    assert await session_of(here) is not None
    with pytest.raises(NotSignedIn):
        await sign_in(EMAIL, PASSWORD)


async def test_an_admin_sets_passwords_of_the_own_business_only(ada: Scope, other_shop: Scope):
    assert ada.actor.id
    with pytest.raises(NotAllowed):
        await give_new(msgspec.structs.replace(ada, role=Role.manager), ada.actor.id)
    with pytest.raises(NotFound):
        await give_new(other_shop, ada.actor.id)
    made = await give_new(ada, ada.actor.id)
    _, session = await sign_in(EMAIL, made)
    assert session.staff_id == ada.actor.id


async def test_keys_and_passwords_are_audited_without_secrets(ada: Scope):
    await create_api_key(ada, "Warehouse", ["ingest"])
    await revoke_api_key(ada, (await list_api_keys(ada))[0].id)
    fresh = await rotate_secret(ada)
    await retire_key(ada, fresh.kid)
    assert ada.actor.id
    made = await give_new(ada, ada.actor.id)
    written = await audit.entries(ada)
    assert [(entry.action, entry.subject) for entry in reversed(written)][-5:] == [
        ("api_key.created", "Warehouse"),
        ("api_key.revoked", "Warehouse"),
        ("token_key.added", fresh.kid),
        ("token_key.retired", fresh.kid),
        ("staff.password_changed", "Ada Admin"),
    ]
    kept = msgspec.json.encode(written).decode()
    assert fresh.secret not in kept
    assert made not in kept


async def test_expired_sessions_are_deleted(ada: Scope):
    cookie, _ = await sign_in(EMAIL, PASSWORD)
    await sign_out(cookie)
    assert await clear_old_sessions() == 0
    with clock.at(clock.now() + timedelta(days=2)):
        assert await clear_old_sessions() == 1


async def test_no_cookie_or_an_invented_one_gives_no_session(ada: Scope):
    assert await session_of(None) is None
    assert await session_of("made up") is None


async def test_hashes_are_salted_and_verify():
    first, second = await hash_password(PASSWORD), await hash_password(PASSWORD)
    assert first != second
    assert await password_matches(first, PASSWORD)
    assert not await password_matches("not a hash", PASSWORD)
    assert not await password_matches(None, PASSWORD)


async def test_an_api_key_acts_for_its_business_within_its_scopes(shop: Scope):
    key = await create_api_key(shop, "warehouse", ["read", "ingest"])
    checked = await check_api_key(key)
    assert checked.scope("ingest").business_id == shop.business_id
    assert checked.scope("read").role is Role.viewer
    with pytest.raises(NotAllowed):
        checked.scope("write")
    writer = await check_api_key(await create_api_key(shop, "crm", ["write"]))
    assert writer.scope("write").role is Role.csm


async def test_a_revoked_and_a_made_up_key_are_refused(shop: Scope):
    key = await create_api_key(shop, "warehouse", ["read"])
    checked = await check_api_key(key)
    await revoke_api_key(shop, checked.id)
    for presented in (key, "pulse_sk_made_up"):
        with pytest.raises(NotSignedIn):
            await check_api_key(presented)
    with pytest.raises(NotFound):
        await revoke_api_key(shop, checked.id)


async def test_keys_are_created_by_admins_and_listed_without_secrets(shop: Scope):
    key = await create_api_key(shop, "warehouse", ["read"])
    await check_api_key(key)
    (listed,) = await list_api_keys(shop)
    assert listed.prefix in key
    assert listed.last_used_at is not None
    with pytest.raises(NotAllowed):
        await create_api_key(Scope(shop.business_id, shop.actor, Role.manager), "x", ["read"])
    for name, scopes in (("", ["read"]), ("x", []), ("x", ["everything"])):
        with pytest.raises(Invalid):
            await create_api_key(shop, name, scopes)


@pytest.mark.parametrize(
    "guess",
    [
        "Password123!",
        "P@ssw0rd2026",
        "1234567890",
        "aaaaaaaaaaaa",
        "adamiller2026",
        "ada@shop.example",
    ],
)
def test_common_passwords_are_refused(guess: str):
    with pytest.raises(Invalid) as refused:
        check_choice(guess, "ada@shop.example", "Ada Miller")
    assert refused.value.code == "PASSWORD_COMMON"


@pytest.mark.parametrize(
    "good", [PASSWORD, "correct horse battery", "Zu9-kelp-vain", "ada likes tea"]
)
def test_other_passwords_are_accepted(good: str):
    check_choice(good, "ada@shop.example", "Ada Miller")
