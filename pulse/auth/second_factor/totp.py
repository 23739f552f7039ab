"""Codes of an authenticator app (RFC 6238): six digits per 30 seconds, each valid once."""

import hmac
from uuid import UUID

import pyotp
import segno

from pulse import clock
from pulse.auth import audit
from pulse.auth.encryption import seal, unseal, unseal_recent
from pulse.auth.scope import Scope
from pulse.auth.sign_in import attempts
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotSignedIn
from pulse.tables.choices import SecondFactorKind
from pulse.tables.staff import SecondFactor

ISSUER = "Pulse"
STEP_SECONDS = 30
DRIFT = (-1, 0, 1)  # time steps by which a clock may be off
ENROL_SECONDS = 900


def new_secret() -> str:
    """A sealed secret of 160 bits, to be shown as a QR code and confirmed by a first code."""
    return seal(pyotp.random_base32())


def secret_text(sealed: str) -> str:
    """The secret as letters, for apps that cannot read the QR code."""
    return unseal(sealed)


def qr_code(sealed: str, email: str) -> str:
    """An SVG QR code with the otpauth address for authenticator apps."""
    address = pyotp.TOTP(unseal(sealed)).provisioning_uri(name=email, issuer_name=ISSUER)
    drawn: str = segno.make(address, error="m").svg_inline(scale=4, light="#fff", border=2)
    return drawn


async def enrol(scope: Scope, sealed: str, code: str) -> None:
    """Store the app once its first code is right; audited. Raises NotSignedIn for a wrong one."""
    staff_id = _person(scope)
    await attempts.allow_code(staff_id)
    step = _step_of(unseal_recent(sealed, ENROL_SECONDS), code)
    if step is None:
        raise NotSignedIn("This code is wrong: wait for the next one.", code="CODE_WRONG")
    async with tenant(scope) as unit:
        await SecondFactor.delete().where(
            SecondFactor.business_id == unit.business_id,
            SecondFactor.staff_id == staff_id,
            SecondFactor.kind == SecondFactorKind.totp.value,
        )
        await SecondFactor.insert(
            SecondFactor(
                business_id=scope.business_id,
                staff_id=staff_id,
                kind=SecondFactorKind.totp.value,
                name="Authenticator app",
                secret_sealed=sealed,
                last_step=step,
                used_at=clock.now(),
            )
        )
        await audit.record(unit, scope, "security.second_factor_added", "Authenticator app")


async def take_code(unit: Unit, staff_id: UUID, code: str) -> bool:
    """Whether this is a code of the person's app that was not used before; marks it as used."""
    row = (
        await SecondFactor.select(SecondFactor.id, SecondFactor.secret_sealed)
        .where(
            SecondFactor.business_id == unit.business_id,
            SecondFactor.staff_id == staff_id,
            SecondFactor.kind == SecondFactorKind.totp.value,
        )
        .first()
    )
    step = _step_of(unseal(row["secret_sealed"]), code) if row else None
    if row is None or step is None:
        return False
    taken = (
        await SecondFactor.update({SecondFactor.last_step: step, SecondFactor.used_at: clock.now()})
        .where(
            SecondFactor.business_id == unit.business_id,
            SecondFactor.id == row["id"],
            SecondFactor.last_step < step,
        )
        .returning(SecondFactor.id)
    )
    return bool(taken)


def _step_of(secret: str, code: str) -> int | None:
    """The time step to which this code belongs, or None."""
    digits = "".join(code.split())
    if not digits.isascii() or not digits.isdigit():
        return None
    app, now = pyotp.TOTP(secret), int(clock.now().timestamp()) // STEP_SECONDS
    found = None
    for drift in DRIFT:
        if hmac.compare_digest(app.generate_otp(now + drift), digits):
            found = now + drift
    return found


def _person(scope: Scope) -> UUID:
    if scope.actor.kind != "staff" or scope.actor.id is None:
        raise NotSignedIn("Sign in first.")
    return scope.actor.id
