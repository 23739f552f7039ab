import re
from datetime import timedelta

import pytest

from pulse import clock
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import session_of
from pulse.cli import serve
from pulse.db.transaction import tenant
from pulse.demo import people, simulate_staff
from pulse.errors import Invalid, NotSignedIn
from pulse.settings import Settings
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


def test_the_start_names_only_accounts_that_exist(capsys):
    serve._print_welcome(Settings())
    named = set(re.findall(r"[\w…]+@[\w.…]+", capsys.readouterr().out))
    assert {"csm@lantern.example", "admin@meridian.example"} <= named <= set(people.EVERYBODY)


async def test_whoever_declares_a_state_had_the_widget_open(lantern):
    people_of = await people.add_demo_staff(lantern, "lantern", "pulse-demo")
    async with tenant(lantern) as unit:
        await unit.execute("UPDATE customers SET owner_id = $1", people_of[0])
    await simulate_staff.declare(lantern, clock.now() - timedelta(days=6))
    async with tenant(lantern) as unit:
        rows = await unit.fetch(
            "SELECT c.widget_seen_at, max(x.shared_at) AS shared_at FROM customers c "
            "JOIN customer_contexts x ON x.customer_id = c.id GROUP BY c.id, c.widget_seen_at"
        )
    assert rows
    assert all(row["widget_seen_at"] == row["shared_at"] for row in rows)
