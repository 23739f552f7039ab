"""The steps that are still required after the first proof, before a session is valid."""

from uuid import UUID

from pulse.auth.sign_in.grants import needs_second_factor
from pulse.db.transaction import Unit
from pulse.tables.choices import SecondFactorKind, SignInStep
from pulse.tables.staff import SecondFactor, Staff

ORDER = (
    SignInStep.none,
    SignInStep.second_factor,
    SignInStep.password,
    SignInStep.enrolment,
)


async def next_step(unit: Unit, staff_id: UUID, method: str, done: str = "") -> SignInStep:
    """The step after `done` of a sign-in by `method`, or `none` when the session is valid.

    A passkey counts as two factors. A person from an identity provider that checked several factors
    (`oidc_mfa`) needs no further factor; a person whom it checked by one factor (`oidc`) needs a
    second where the role requires it.
    """
    row = (
        await Staff.select(Staff.must_change_password)
        .where(Staff.business_id == unit.business_id, Staff.id == staff_id)
        .first()
    )
    if row is None or method == "oidc_mfa":
        return SignInStep.none
    has_factor = await has_second_factor(unit, staff_id)
    required = await needs_second_factor(unit, staff_id)
    by_password = method == "password"
    wanted = {
        SignInStep.second_factor: has_factor and (by_password or (method == "oidc" and required)),
        SignInStep.password: by_password and row["must_change_password"],
        SignInStep.enrolment: not has_factor and required,
    }
    later = ORDER[ORDER.index(SignInStep(done)) + 1 :]
    return next((step for step in later if wanted[step]), SignInStep.none)


async def has_second_factor(unit: Unit, staff_id: UUID) -> bool:
    """Whether this person has an authenticator app or a passkey (recovery codes do not count)."""
    return await SecondFactor.exists().where(
        SecondFactor.business_id == unit.business_id,
        SecondFactor.staff_id == staff_id,
        SecondFactor.kind != SecondFactorKind.recovery_code.value,
    )
