"""Passkeys (WebAuthn): created in the browser, verified here; the device verifies the person.

The challenge is sealed together with its purpose and stored in a cookie; it is accepted once.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from pulse import clock, settings
from pulse.auth import audit
from pulse.auth.directory import look_up
from pulse.auth.encryption import seal, unseal_recent
from pulse.auth.scope import Scope
from pulse.auth.sign_in.staff_sessions import StaffSession
from pulse.auth.ttl_cache import Expiring
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import Invalid, NotSignedIn
from pulse.i18n.sentences import Sentence
from pulse.tables.choices import DirectoryKind, SecondFactorKind
from pulse.tables.staff import SecondFactor, Staff

CHALLENGE_SECONDS = 600
MOST_PASSKEYS = 10
_taken: Expiring[str, bool] = Expiring(CHALLENGE_SECONDS)
_VERIFIED = UserVerificationRequirement.REQUIRED


class Challenge(msgspec.Struct, frozen=True):
    """What the browser's answer must contain: purpose and person ("" before sign-in)."""

    text: str
    purpose: str
    staff_id: str = ""


async def registration(session: StaffSession) -> tuple[str, str]:
    """(options for the browser as JSON, the sealed challenge) for a new passkey."""
    async with tenant(session.scope) as unit:
        known = await _credential_ids(unit, session.staff_id)
    made = webauthn.generate_registration_options(
        rp_id=_rp_id(),
        rp_name="Pulse",
        user_id=session.staff_id.bytes,
        user_name=session.email,
        user_display_name=session.name,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
    )
    sealed = _sealed(made.challenge, "register", session.staff_id)
    return webauthn.options_to_json(made), sealed


async def register(scope: Scope, name: str, answer: str, sealed: str) -> None:
    """Store the passkey that the browser created; audited.

    Raises NotSignedIn when the answer does not match the challenge.
    """
    staff_id = scope.actor.id
    challenge = _challenge(sealed, "register", staff_id)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as wrong:
        raise _refused() from wrong
    async with tenant(scope) as unit:
        assert staff_id
        if len(await _credential_ids(unit, staff_id)) >= MOST_PASSKEYS:
            raise Invalid(Sentence("A person has at most {most} passkeys.", most=MOST_PASSKEYS))
        await SecondFactor.insert(
            SecondFactor(
                business_id=scope.business_id,
                staff_id=staff_id,
                kind=SecondFactorKind.passkey.value,
                name=name.strip()[:80] or "Passkey",
                credential_id=bytes_to_base64url(made.credential_id),
                public_key=bytes_to_base64url(made.credential_public_key),
                sign_count=made.sign_count,
            )
        )
        await audit.record(unit, scope, "security.second_factor_added", name or "Passkey")


async def assertion(session: StaffSession | None = None) -> tuple[str, str]:
    """(options, sealed challenge) to ask for a passkey: this person's, or any before sign-in."""
    known: Sequence[str] = ()
    if session:
        async with tenant(session.scope) as unit:
            known = await _credential_ids(unit, session.staff_id)
    made = webauthn.generate_authentication_options(
        rp_id=_rp_id(), allow_credentials=_descriptors(known), user_verification=_VERIFIED
    )
    return webauthn.options_to_json(made), _sealed(
        made.challenge, "show", session.staff_id if session else None
    )


async def person_of(answer: str, sealed: str) -> dict[str, Any]:
    """The row of the person who signs in with a passkey alone; raises NotSignedIn."""
    challenge = _challenge(sealed, "show", None)
    try:
        credential_id = str(msgspec.json.decode(answer, type=dict[str, Any])["id"])
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError) as wrong:
        raise _refused() from wrong
    async with system() as unit:
        found = await look_up(unit, DirectoryKind.passkey, credential_id)
    if found is None:
        raise _refused()
    async with tenant(Scope.for_pulse(found.business_id)) as unit:
        staff_id = await _check(unit, answer, challenge, credential_id)
        row = (
            await Staff.select(Staff.business_id, Staff.id, Staff.name, Staff.email)
            .where(
                Staff.business_id == unit.business_id,
                Staff.id == staff_id,
                Staff.is_active.eq(True),
            )
            .first()
        )
    if row is None:
        raise _refused()
    return dict(row)


async def take_passkey(session: StaffSession, answer: str, sealed: str) -> None:
    """Raise NotSignedIn unless this is a valid answer of one of this person's passkeys."""
    challenge = _challenge(sealed, "show", session.staff_id)
    async with tenant(session.scope) as unit:
        if await _check(unit, answer, challenge) != session.staff_id:
            raise _refused()


async def _check(unit: Unit, answer: str, challenge: bytes, credential_id: str = "") -> UUID:
    """Verify the answer; returns the id of the passkey's owner."""
    try:
        credential_id = credential_id or str(msgspec.json.decode(answer)["id"])
        row = (
            await SecondFactor.select()
            .where(
                SecondFactor.business_id == unit.business_id,
                SecondFactor.credential_id == credential_id,
            )
            .first()
        )
        if row is None:
            raise _refused()
        checked = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            credential_public_key=base64url_to_bytes(row["public_key"]),
            credential_current_sign_count=row["sign_count"],
            require_user_verification=True,
        )
    except (WebAuthnException, msgspec.DecodeError, ValueError, KeyError, TypeError) as wrong:
        raise _refused() from wrong
    await SecondFactor.update(
        {
            SecondFactor.sign_count: checked.new_sign_count,
            SecondFactor.used_at: clock.now(),
        }
    ).where(SecondFactor.business_id == unit.business_id, SecondFactor.id == row["id"])
    return UUID(str(row["staff_id"]))


async def _credential_ids(unit: Unit, staff_id: UUID) -> list[str]:
    rows = await SecondFactor.select(SecondFactor.credential_id).where(
        SecondFactor.business_id == unit.business_id,
        SecondFactor.staff_id == staff_id,
        SecondFactor.kind == SecondFactorKind.passkey.value,
    )
    return [row["credential_id"] for row in rows]


def _descriptors(ids: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def _sealed(challenge: bytes, purpose: str, staff_id: UUID | None) -> str:
    made = Challenge(bytes_to_base64url(challenge), purpose, str(staff_id or ""))
    return seal(msgspec.json.encode(made).decode())


def _challenge(sealed: str, purpose: str, staff_id: UUID | None) -> bytes:
    """The challenge, used up now: accepted once, for this purpose and person."""
    found = msgspec.json.decode(unseal_recent(sealed, CHALLENGE_SECONDS), type=Challenge)
    if (found.purpose, found.staff_id) != (purpose, str(staff_id or "")):
        raise _refused()
    if _taken.get(found.text):
        raise NotSignedIn("This took too long: start again.", code="SIGN_IN_EXPIRED")
    _taken.put(found.text, True)
    return base64url_to_bytes(found.text)


def _rp_id() -> str:
    return urlsplit(settings.current().public_url).hostname or "localhost"


def _origin() -> str:
    parts = urlsplit(settings.current().public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _refused() -> NotSignedIn:
    return NotSignedIn("This passkey was not accepted.", code="PASSKEY_REFUSED")
