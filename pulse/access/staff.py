"""The people of a business: taking them on."""

import re
from uuid import UUID

from pulse.access import audit
from pulse.access.passwords import hash_password
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.database.tenancy import tenant
from pulse.errors import Conflict, Invalid

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


async def add_staff(scope: Scope, email: str, name: str, role: Role, password: str) -> UUID:
    """Add a person who may sign in with this e-mail and password; audited.

    Raises Invalid for an e-mail, name or password that will not do, and Conflict when somebody,
    in any business, has this e-mail: people sign in by it alone.
    """
    scope.require(Role.admin)
    email, name = email.strip().lower(), name.strip()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise Invalid(f"“{email}” is no e-mail address.", field="email")
    if not 0 < len(name) <= 120:
        raise Invalid("A person has a name of 1 to 120 characters.", field="name")
    password_hash = await hash_password(password)
    async with tenant(scope) as unit:
        made: UUID | None = None
        async with unit.unless_taken():  # the directory holds the e-mails of all businesses
            made = await unit.fetchval(
                "INSERT INTO staff (business_id, email, name, role, password_hash) "
                "VALUES ($1, $2, $3, $4, $5) RETURNING id",
                scope.business_id,
                email,
                name,
                role.value,
                password_hash,
            )
        if made is None:
            raise Conflict(f"Somebody signs in as {email} already.", code="EMAIL_TAKEN")
        await audit.record(unit, scope, "staff.added", email, after={"role": role.value})
    return made
