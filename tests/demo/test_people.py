import pytest

from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import session_of
from pulse.demo import people
from pulse.errors import Invalid, NotSignedIn
from pulse.testing.database import make_business


async def test_the_demo_s_staff_sign_in_with_the_demo_s_password(lantern):
    await people.add_demo_staff(lantern, "lantern", "pulse-demo")
    for person in people.STAFF["lantern"]:
        _, session = await sign_in(person.email, "pulse-demo")
        assert session.role is person.role


async def test_another_password_at_the_next_start_replaces_the_one_before(lantern):
    await people.add_demo_staff(lantern, "lantern", "pulse-demo")
    await people.enable_demo_sign_in("a secret of ours")
    await sign_in("csm@lantern.example", "a secret of ours")
    with pytest.raises(NotSignedIn):
        await sign_in("csm@lantern.example", "pulse-demo")


async def test_outside_demo_mode_demo_staff_are_locked_out(lantern):
    await people.add_demo_staff(lantern, "lantern", "pulse-demo")
    cookie, _ = await sign_in("csm@lantern.example", "pulse-demo")
    assert await people.disable_demo_sign_in() == len(people.STAFF["lantern"])
    with pytest.raises(NotSignedIn):
        await sign_in("csm@lantern.example", "pulse-demo")
    assert await session_of(cookie) is None
    await people.enable_demo_sign_in("pulse-demo")
    await sign_in("csm@lantern.example", "pulse-demo")


async def test_staff_of_real_businesses_are_not_changed(lantern):
    await make_business("acme")
    assert await people.disable_demo_sign_in() == 0


async def test_a_password_too_short_is_refused(lantern):
    await people.add_demo_staff(lantern, "lantern", "pulse-demo")
    with pytest.raises(Invalid):
        await people.enable_demo_sign_in("short")
