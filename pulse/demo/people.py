"""The demo's staff: invented people with a public password, who exist in demo mode only."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.columns.combination import And

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.passwords import hash_password, password_matches
from pulse.auth.staff import add_staff
from pulse.db.transaction import system
from pulse.tables.business import Business
from pulse.tables.staff import Staff


@dataclass(frozen=True)
class Person:
    """An invented member of staff of a demo business."""

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


async def add_demo_staff(scope: Scope, slug: str, password: str) -> list[UUID]:
    """Add the staff of this demo business; returns the ids of its CSMs."""
    owners = []
    for person in STAFF[slug]:
        with audit.unrecorded():
            staff_id = await add_staff(scope, person.email, person.name, person.role, password)
        if person.role is Role.csm:
            owners.append(staff_id)
    return owners


async def enable_demo_sign_in(password: str) -> None:
    """Let the demo's staff sign in with this password; raises Invalid for a bad length."""
    async with system():
        rows = await Staff.select(Staff.password_hash).distinct().where(_is_demo_staff())
    as_said = [await password_matches(row["password_hash"], password) for row in rows]
    values: dict[Column | str, Any] = {Staff.is_active: True}
    if not all(as_said):
        values[Staff.password_hash] = await hash_password(password)
    async with system():
        await Staff.update(values).where(_is_demo_staff())


async def disable_demo_sign_in() -> int:
    """Disable sign-in of the demo's staff and end their sessions. Returns how many."""
    async with system():
        locked = (
            await Staff.update({Staff.is_active: False})
            .where(_is_demo_staff() & Staff.is_active.eq(True))
            .returning(Staff.id)
        )
    return len(locked)


def _is_demo_staff() -> And:
    demos = Business.select(Business.id).where(Business.is_demo.eq(True))
    return Staff.email.is_in(EVERYBODY) & Staff.business_id.is_in(demos)
