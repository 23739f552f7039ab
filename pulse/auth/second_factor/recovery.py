"""Recovery codes for people without their phone: ten codes of 80 bits, each valid once."""

import base64
import secrets
from hashlib import sha256
from uuid import UUID

from pulse.auth import audit
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotSignedIn
from pulse.tables.choices import SecondFactorKind
from pulse.tables.staff import SecondFactor

HOW_MANY = 10


async def make_codes(scope: Scope) -> list[str]:
    """Ten new codes, which cannot be read again later; earlier codes become invalid. Audited."""
    staff_id = scope.actor.id
    if scope.actor.kind != "staff" or staff_id is None:
        raise NotSignedIn("Sign in first.")
    codes = [_code() for _ in range(HOW_MANY)]
    async with tenant(scope) as unit:
        await SecondFactor.delete().where(
            SecondFactor.business_id == unit.business_id,
            SecondFactor.staff_id == staff_id,
            SecondFactor.kind == SecondFactorKind.recovery_code.value,
        )
        await SecondFactor.insert(
            *(
                SecondFactor(
                    business_id=scope.business_id,
                    staff_id=staff_id,
                    kind=SecondFactorKind.recovery_code.value,
                    code_hash=_hash(code),
                )
                for code in codes
            )
        )
        await audit.record(unit, scope, "security.recovery_codes_made", scope.actor.name)
    return codes


async def take_recovery_code(unit: Unit, staff_id: UUID, code: str) -> bool:
    """Whether this is an unused recovery code of the person; marks it as used."""
    used = (
        await SecondFactor.delete()
        .where(
            SecondFactor.business_id == unit.business_id,
            SecondFactor.staff_id == staff_id,
            SecondFactor.kind == SecondFactorKind.recovery_code.value,
            SecondFactor.code_hash == _hash(code),
        )
        .returning(SecondFactor.id)
    )
    return bool(used)


def _code() -> str:
    letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def _hash(code: str) -> str:
    """SHA-256 without salt or stretching is enough for 80 random bits."""
    letters = "".join(code.split()).replace("-", "").lower()
    return sha256(letters.encode()).hexdigest()
