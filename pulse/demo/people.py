"""The demo's staff: made-up people with a public password, who exist in demo mode only."""

from dataclasses import dataclass
from uuid import UUID

from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.passwords import hash_password, password_matches
from pulse.auth.staff import add_staff
from pulse.db.transaction import system


@dataclass(frozen=True)
class Person:
    """Somebody made up, who signs in at a demo business."""

    email: str
    name: str
    role: Role


STAFF = {
    "lantern": (
        Person("admin@lantern.example", "Alma Reyes", Role.admin),
        Person("csm@lantern.example", "Cleo Marsh", Role.csm),
        Person("ben@lantern.example", "Ben Okoye", Role.csm),
        Person("ines@lantern.example", "Inês Falcão", Role.csm),
        Person("viewer@lantern.example", "Vic Tanaka", Role.viewer),
    ),
    "meridian": (Person("admin@meridian.example", "Mara Olsen", Role.admin),),
}
EVERYBODY = [person.email for people in STAFF.values() for person in people]


async def take_on(scope: Scope, slug: str, password: str) -> list[UUID]:
    """Add the staff of this demo business; the ids of its CSMs."""
    owners = []
    for person in STAFF[slug]:
        staff_id = await add_staff(scope, person.email, person.name, person.role, password)
        if person.role is Role.csm:
            owners.append(staff_id)
    return owners


async def let_in(password: str) -> None:
    """Let the demo's staff sign in with this password; raises Invalid for a bad length."""
    async with system() as unit:
        rows = await unit.fetch(f"SELECT DISTINCT password_hash FROM staff {OURS}", EVERYBODY)
    as_said = [await password_matches(row[0], password) for row in rows]
    fresh = None if all(as_said) else await hash_password(password)
    async with system() as unit:
        await unit.execute(
            "UPDATE staff SET is_active = true, password_hash = coalesce($2, password_hash) "
            + OURS,
            EVERYBODY,
            fresh,
        )


async def lock_out() -> int:
    """Nobody of the demo's staff may sign in, and whoever has is signed out. Returns how many."""
    async with system() as unit:
        done = await unit.execute(
            f"UPDATE staff SET is_active = false {OURS} AND is_active", EVERYBODY
        )
    return int(done.rsplit(" ", 1)[1])


OURS = "WHERE email = ANY($1) AND business_id IN (SELECT id FROM businesses WHERE is_demo)"
