"""All principals: strangers, staff of each role, programs of each scope, customers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jwt
import msgspec

from pulse import clock
from pulse.auth.api_keys import KEY_SCOPES, create_api_key
from pulse.auth.customer_tokens import sign_for
from pulse.auth.role_definitions import RoleRule, set_role_rule
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import COOKIE, StaffSession
from pulse.auth.signing_keys import rotate_secret
from pulse.auth.staff import add_staff
from tests.isolation.world import OF_PERSON, PLANTED, World

PASSWORD = "a long enough password"


class Principal(msgspec.Struct, frozen=True):
    """A principal; `is_home`: of the harbor, so that only one of its customers is foreign."""

    name: str
    headers: dict[str, str]
    is_home: bool = False
    token: str = ""
    session: StaffSession | None = None

    @property
    def forbidden(self) -> str:
        """The beginning of every text that must not be returned."""
        return OF_PERSON if self.is_home else PLANTED


async def everybody(world: World) -> list[Principal]:
    """Return strangers and the ferry's people first, then those of the harbor.

    The last one is the harbor's admin, who may see everything. They are no attacker but prove that
    the walk would detect a leak.
    """
    harbor, ferry = world.harbor, world.ferry
    found = [Principal("anonymous", {})]
    secret = await rotate_secret(ferry)
    await rotate_secret(harbor)
    found += [_bearer(name, token) for name, token in _forged(secret.secret, secret.kid)]
    for role in Role:
        found.append(await _staff(ferry, role, f"{role}"))
    await set_role_rule(ferry, RoleRule("manager", book="own"))
    found.append(await _staff(ferry, Role.manager, "manager of an own book"))
    for scopes in ([one] for one in KEY_SCOPES):
        key = await create_api_key(ferry, scopes[0], scopes)
        found.append(_bearer(f"key {scopes[0]}", key))
    found.append(_bearer("key of all scopes", await create_api_key(ferry, "all", KEY_SCOPES)))
    found.append(_bearer("customer elsewhere", await sign_for("ferry", "p-1")))
    await set_role_rule(harbor, RoleRule("csm", book="own"))
    own = await _staff(harbor, Role.csm, "csm of the own book", is_home=True)
    await _assign(world, own)
    found.append(own)
    found.append(_bearer("customer beside", await sign_for("harbor", "q-1"), is_home=True))
    found.append(await _staff(harbor, Role.admin, "the harbor's admin", is_home=True))
    return found


async def replacement(world: World, principal: Principal) -> Principal:
    """Return a new member of staff with the same rights.

    An admin's walk clicks every button, so it deactivates colleagues and ends their sessions.
    """
    assert principal.session
    scope = world.harbor if principal.is_home else world.ferry
    name = f"{principal.name} again"
    made = await _staff(scope, principal.session.role, name, is_home=principal.is_home)
    if principal.is_home:
        await _assign(world, made)
    return made


async def _assign(world: World, person: Principal) -> None:
    """Put the harbor's customer r-1 into this person's book."""
    assert person.session
    await world.owner.execute(
        "UPDATE customers SET owner_id = $1 WHERE business_id = $2 AND external_id = 'r-1'",
        person.session.staff_id,
        world.harbor.business_id,
    )


def _bearer(name: str, token: str, *, is_home: bool = False) -> Principal:
    return Principal(name, {"Authorization": f"Bearer {token}"}, is_home, token)


async def _staff(scope: Scope, role: Role, name: str, *, is_home: bool = False) -> Principal:
    email = f"{name.replace(' ', '.').replace(chr(39), '')}@staff.example"
    await add_staff(scope, email, name, role, PASSWORD)
    cookie, session = await sign_in(email, PASSWORD)
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    return Principal(name, headers, is_home, session=session)


def _forged(secret: str, kid: str) -> list[tuple[str, str]]:
    """Return tokens that claim the harbor but are signed with another key."""
    now = int(clock.now().timestamp())
    claims = {"business_id": "harbor", "customer_id": "p-1", "iat": now, "exp": now + 600}
    claims["aud"] = "pulse"
    named = {"kid": kid}
    return [
        ("token with the ferry's secret", jwt.encode(claims, secret, "HS256", headers=named)),
        ("token without a signature", jwt.encode(claims, None, "none")),
    ]


@asynccontextmanager
async def unharmed(world: World, principal: Principal) -> AsyncIterator[None]:
    """Check that nothing of the harbor (for its own people: of the person) changes in the block."""
    before = await world.fingerprint(of_person=principal.is_home)
    yield
    after = await world.fingerprint(of_person=principal.is_home)
    changed = [table for table, now in after.items() if now != before[table]]
    assert not changed, f"{principal.name} changed rows of others in {changed}"
