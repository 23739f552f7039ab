"""The keys that sign a business's customer tokens: up to two shared secrets, or public keys.

A shared secret (HS256) is generated here, shown once, and stored encrypted. Rotation creates a new
one and keeps the previous one valid, so that a business can change its servers without
interruption; older ones are retired. Public keys (RS256, ES256, EdDSA) are for businesses that keep
the signing key themselves.
"""

import secrets
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from pulse import clock
from pulse.auth import audit
from pulse.auth.businesses import on_change
from pulse.auth.encryption import seal, unseal
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.ttl_cache import Expiring
from pulse.db.prepared import columns_of
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import Conflict, Invalid, NotFound
from pulse.i18n.sentences import Sentence
from pulse.tables.keys import BusinessSecret

HS256: Final = "HS256"
LIVE_SECRETS = 2
LIVE_PUBLIC_KEYS = 4
SHORTEST_RSA_BITS = 2048
REMEMBERED_SECONDS = 15.0  # how long another process may still accept a secret retired here


class Key(msgspec.Struct, frozen=True):
    """A key that may verify tokens now; material: a secret (HS256) or a public key object."""

    kid: str
    algorithm: str
    material: Any
    expires_at: datetime | None

    @property
    def signs(self) -> bool:
        """Whether Pulse itself can sign with it, for demo and CLI tokens."""
        return self.algorithm == HS256


class KeyListed(msgspec.Struct, frozen=True):
    """A key as shown on the install page, without the secret."""

    kid: str
    algorithm: str
    created_at: datetime
    retired_at: datetime | None
    expires_at: datetime | None


class NewSecret(msgspec.Struct, frozen=True):
    """A new secret; it cannot be read again later."""

    kid: str
    secret: str


async def live_keys(business_id: UUID, *, fresh: bool = False) -> tuple[Key, ...]:
    """The keys that verify tokens of this business, newest first."""
    known = None if fresh else _keys.get(business_id)
    if known is None:
        async with system() as unit:
            rows = await _live_rows(unit, business_id)
        known = _keys.put(business_id, tuple(_key(row) for row in rows))
    moment = clock.now()
    return tuple(key for key in known if key.expires_at is None or key.expires_at > moment)


async def list_keys(scope: Scope) -> list[KeyListed]:
    """All keys of the business, including retired ones, newest first."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope):
        rows = (
            await BusinessSecret.select(*columns_of(BusinessSecret, KeyListed))
            .where(BusinessSecret.business_id == scope.business_id)
            .order_by(BusinessSecret.created_at, BusinessSecret.id, ascending=False)
        )
    return [KeyListed(**row) for row in rows]


async def rotate_secret(scope: Scope) -> NewSecret:
    """Create a new HS256 secret; the previous one stays valid, older ones are retired."""
    scope.require(Permission.manage_integrations)
    fresh = NewSecret(kid=secrets.token_hex(6), secret=secrets.token_urlsafe(32))
    async with tenant(scope) as unit:
        await BusinessSecret.insert(
            BusinessSecret(
                business_id=scope.business_id,
                kid=fresh.kid,
                algorithm=HS256,
                secret_sealed=seal(fresh.secret),
            )
        )
        await _retire_beyond(unit, scope.business_id, LIVE_SECRETS)
        await audit.record(unit, scope, "token_key.added", fresh.kid, after=HS256)
    forget_keys(scope.business_id)
    return fresh


async def add_public_key(scope: Scope, pem: str) -> str:
    """Register a PEM public key (RSA ≥ 2048 bits, P-256, Ed25519); returns its kid.

    Raises Invalid for anything else, including private keys, and Conflict beyond four active keys.
    """
    scope.require(Permission.manage_integrations)
    algorithm, kid = _algorithm_of(_public_key(pem)), secrets.token_hex(6)
    async with tenant(scope) as unit:
        live = await _live_rows(unit, scope.business_id)
        if sum(row["algorithm"] != HS256 for row in live) >= LIVE_PUBLIC_KEYS:
            raise Conflict(
                Sentence(
                    "{live_public_keys} public keys are live: retire one first.",
                    live_public_keys=LIVE_PUBLIC_KEYS,
                )
            )
        await BusinessSecret.insert(
            BusinessSecret(
                business_id=scope.business_id, kid=kid, algorithm=algorithm, public_key=pem.strip()
            )
        )
        await audit.record(unit, scope, "token_key.added", kid, after=algorithm)
    forget_keys(scope.business_id)
    return kid


async def retire_key(scope: Scope, kid: str) -> None:
    """Retire a key: tokens signed with it are refused from now on. Raises NotFound."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope) as unit:
        retired = (
            await BusinessSecret.update({BusinessSecret.retired_at: clock.now()})
            .where(
                BusinessSecret.business_id == scope.business_id,
                BusinessSecret.kid == kid,
                BusinessSecret.retired_at.is_null(),
            )
            .returning(BusinessSecret.id)
        )
        if not retired:
            raise NotFound("This key does not exist or was retired already.")
        await audit.record(unit, scope, "token_key.retired", kid)
    forget_keys(scope.business_id)


def forget_keys(business_id: UUID | None = None) -> None:
    """Clear the caches of keys and verified tokens of this business."""
    if business_id is None:
        _keys.clear()
    else:
        _keys.forget(business_id)
    for forget in on_change:
        forget()


async def _retire_beyond(unit: Unit, business_id: UUID, most: int) -> None:
    """Retire all unexpired shared secrets except the newest `most`."""
    unretired = (
        await BusinessSecret.select(BusinessSecret.id)
        .where(
            BusinessSecret.business_id == business_id,
            BusinessSecret.algorithm == HS256,
            BusinessSecret.retired_at.is_null(),
        )
        .order_by(BusinessSecret.created_at, BusinessSecret.id, ascending=False)
    )
    if older := [row["id"] for row in unretired[most:]]:
        await BusinessSecret.update({BusinessSecret.retired_at: clock.now()}).where(
            BusinessSecret.business_id == business_id, BusinessSecret.id.is_in(older)
        )


def _key(row: Any) -> Key:
    sealed = row["secret_sealed"]
    material = unseal(sealed) if row["algorithm"] == HS256 else _public_key(row["public_key"])
    return Key(row["kid"], row["algorithm"], material, row["expires_at"])


def _public_key(pem: str) -> Any:
    if "PRIVATE KEY" in pem:
        raise Invalid(
            "This is a private key: keep it secret, and send its public key.", code="KEY_INVALID"
        )
    try:
        return load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise Invalid("This is not a PEM public key.", code="KEY_INVALID") from wrong


def _algorithm_of(key: Any) -> str:
    """The one algorithm that a key verifies; fixed here, so that a token cannot choose another."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SHORTEST_RSA_BITS:
        return "RS256"
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return "ES256"
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        return "EdDSA"
    raise Invalid(
        "Pulse accepts RSA keys of 2048 bits or more, P-256 keys and Ed25519 keys.",
        code="KEY_INVALID",
    )


async def _live_rows(unit: Unit, business_id: UUID) -> list[dict[str, Any]]:
    return (
        await BusinessSecret.select(
            BusinessSecret.kid,
            BusinessSecret.algorithm,
            BusinessSecret.secret_sealed,
            BusinessSecret.public_key,
            BusinessSecret.expires_at,
        )
        .where(
            BusinessSecret.business_id == business_id,
            BusinessSecret.retired_at.is_null(),
            BusinessSecret.expires_at.is_null() | (BusinessSecret.expires_at > clock.now()),
        )
        .order_by(BusinessSecret.created_at, BusinessSecret.id, ascending=False)
    )


_keys: Expiring[UUID, tuple[Key, ...]] = Expiring(REMEMBERED_SECONDS)
