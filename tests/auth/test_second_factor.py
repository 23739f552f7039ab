"""Second factors, first passwords and confirmation on the real database."""

from datetime import timedelta

import msgspec
import pyotp
import pytest

from pulse import clock
from pulse.auth import audit
from pulse.auth.role_definitions import role_rules, set_role_rule
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.second_factor import factors, recovery, totp
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.password_changes import choose_first, give_new
from pulse.auth.sign_in.session_list import (
    CONFIRMED_FOR,
    confirm,
    end_session,
    finish_step,
    open_sessions,
    require_confirmation,
)
from pulse.auth.sign_in.staff_sessions import session_of, unfinished
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from tests.auth.conftest import EMAIL, PASSWORD

pytestmark = pytest.mark.slow


async def with_app(scope: Scope) -> pyotp.TOTP:
    sealed = totp.new_secret()
    app = pyotp.TOTP(totp.secret_text(sealed))
    await totp.enrol(scope, sealed, app.at(clock.now()))
    return app


async def test_a_code_is_required_and_accepted_once(ada: Scope):
    app = await with_app(ada)
    cookie, session = await sign_in(EMAIL, PASSWORD)
    assert session.step == "second_factor"
    assert await session_of(cookie) is None
    with clock.at(clock.now() + timedelta(minutes=5)):
        code = app.at(clock.now())
        await factors.prove(session, code=code)
        with pytest.raises(NotSignedIn):
            await factors.prove(session, code=code)
        good, _ = await finish_step(cookie, session)
        assert await session_of(good) is not None
        assert await unfinished(cookie) is None  # the half-open session has ended


async def test_guessing_codes_is_rate_limited(ada: Scope):
    app = await with_app(ada)
    _, session = await sign_in(EMAIL, PASSWORD)
    right = {app.at(clock.now(), counter_offset=steps) for steps in range(-2, 4)}
    wrong = [code for code in (f"{number:06}" for number in range(18)) if code not in right]
    with pytest.raises(TooMany):
        for guess in wrong:
            with pytest.raises(NotSignedIn):
                await factors.prove(session, code=guess)
    failed = await audit.entries(ada, action="security.second_factor_failed")
    assert 0 < len(failed) <= 10


async def test_an_admin_resets_somebodys_sign_in(ada: Scope, other_shop: Scope):
    await with_app(ada)
    await recovery.make_codes(ada)
    assert ada.actor.id
    with pytest.raises(NotAllowed):
        await factors.reset_sign_in(msgspec.structs.replace(ada, role=Role.manager), ada.actor.id)
    with pytest.raises(NotFound):
        await factors.reset_sign_in(other_shop, ada.actor.id)
    assert await factors.reset_sign_in(ada, ada.actor.id) == "Ada Admin"
    _, session = await sign_in(EMAIL, PASSWORD)
    assert session.step == ""
    assert (await audit.entries(ada, action="security.sign_in_reset"))[0].subject == "Ada Admin"


async def test_the_last_factor_of_a_role_that_requires_one_stays(ada: Scope):
    await set_role_rule(ada, RoleRule("admin", second_factor=True))
    assert (await role_rules(ada))[-1].second_factor
    _, session = await sign_in(EMAIL, PASSWORD)
    assert session.step == "enrolment"
    await with_app(ada)
    (app,), _ = await factors.factors_of(ada)
    with pytest.raises(Conflict):
        await factors.remove_factor(ada, app.id)
    with pytest.raises(Invalid):
        await set_role_rule(ada, RoleRule("admin", book="own"))


async def test_a_password_set_by_somebody_else_must_be_changed_first(ada: Scope):
    assert ada.actor.id
    given = await give_new(ada, ada.actor.id)
    cookie, session = await sign_in(EMAIL, given)
    assert session.step == "password"
    with pytest.raises(Invalid, match="you were given"):
        await choose_first(session, given)
    await choose_first(session, "something of my own")
    good, there = await finish_step(cookie, session)
    assert there.step == ""
    assert await session_of(good)


async def test_secrets_require_a_confirmation_within_the_last_hour(ada: Scope):
    cookie, session = await sign_in(EMAIL, PASSWORD)
    require_confirmation(session)
    with clock.at(clock.now() + CONFIRMED_FOR):
        with pytest.raises(NotAllowed) as refused:
            require_confirmation(session)
        assert refused.value.code == "CONFIRM_FIRST"
        _, again = await confirm(cookie)
        require_confirmation(again)


async def test_sessions_are_listed_and_ended(ada: Scope):
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    cookie, session = await sign_in(EMAIL, PASSWORD, address="203.0.113.9", agent=agent)
    (listed,) = await open_sessions(ada)
    assert (listed.device, listed.address) == ("Firefox on Linux", "203.0.113.9")
    await end_session(ada, session.id)
    assert await session_of(cookie) is None
    assert await open_sessions(ada) == []
