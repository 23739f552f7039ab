"""API keys of a business's own programs: random, shown once, kept as a hash, revocable.

A key looks like `pulse_sk_` and 43 characters; its first eight are its public prefix, by which the
team page names it. What it may do are its scopes, and none holds another:
`read` customers and cards, `write` what a CSM may, `ingest` data, `erase` customers and take
imports back as a manager may, `admin` the business's webhooks as an admin may.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.ttl_cache import Expiring
from pulse.db.transaction import system, tenant
from pulse.errors import Invalid, NotAllowed, NotFound, NotSignedIn

MARK: Final = "pulse_sk_"
KEY_SCOPES: Final = ("read", "write", "ingest", "erase", "admin")
ROLES: Final = {"write": Role.csm, "erase": Role.manager, "admin": Role.admin}
"""What a program acts as where a scope is asked for; elsewhere it reads."""
REMEMBERED_SECONDS = 15.0  # how long another process may honour a key revoked here
USED_EVERY_SECONDS = 60.0  # how exact "last used" is


class ApiKey(msgspec.Struct, frozen=True):
    """A checked key: which business, what it may do."""

    id: UUID
    business_id: UUID
    name: str
    scopes: frozenset[str]

    def scope(self, needs: str) -> Scope:
        """The Scope of this program for what `needs` that scope; raises NotAllowed.

        The role goes with what is asked for, not with all the key may: a key that may erase
        reads as a reader.
        """
        if needs not in self.scopes:
            raise NotAllowed(f"This API key lacks the scope {needs}.", required=needs)
        least = Role.csm if "write" in self.scopes else Role.viewer
        role = max(least, ROLES.get(needs, least))
        return Scope(self.business_id, Actor("program", self.id, self.name), role)


class ApiKeyListed(msgspec.Struct, frozen=True):
    """A key as the team page shows it."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def create_api_key(scope: Scope, name: str, scopes: Sequence[str]) -> str:
    """Make a key and return it: it is readable here and now only. Audited, as its end is."""
    scope.require(Role.admin)
    unknown = sorted(set(scopes) - set(KEY_SCOPES))
    if unknown or not scopes:
        raise Invalid(f"The scopes of a key are {', '.join(KEY_SCOPES)}.", unknown=unknown)
    if not 0 < len(name.strip()) <= 80:
        raise Invalid("Give the key a name of 1 to 80 characters.")
    secret = secrets.token_urlsafe(32)
    async with tenant(scope) as unit:
        await unit.execute(
            "INSERT INTO api_keys (business_id, name, prefix, key_hash, scopes) "
            "VALUES ($1, $2, $3, $4, $5)",
            scope.business_id,
            name.strip(),
            secret[:8],
            _hash(MARK + secret),
            sorted(set(scopes)),
        )
        may = {"scopes": sorted(set(scopes))}
        await audit.record(unit, scope, "api_key.created", name.strip(), after=may)
    return MARK + secret


async def check_api_key(presented: str) -> ApiKey:
    """The key that was presented, or NotSignedIn (code KEY_UNKNOWN)."""
    digest = _hash(presented)
    known = _checked.get(digest)
    if known is None:
        async with system() as unit:
            row = await unit.fetchrow(_SELECT, digest)
            if row is None:
                raise NotSignedIn("This API key is unknown or revoked.", code="KEY_UNKNOWN")
            await unit.execute(_USED, row["business_id"], row["id"], USED_EVERY_SECONDS)
        known = ApiKey(row["id"], row["business_id"], row["name"], frozenset(row["scopes"]))
        _checked.put(digest, known)
    return known


async def list_api_keys(scope: Scope) -> list[ApiKeyListed]:
    """All keys of the business, newest first, revoked ones too."""
    scope.require(Role.admin)
    async with system() as unit:
        rows = await unit.fetch(
            "SELECT id, name, prefix, scopes, created_at, last_used_at, revoked_at FROM api_keys "
            "WHERE business_id = $1 ORDER BY created_at DESC, id DESC",
            scope.business_id,
        )
    return [ApiKeyListed(**dict(row)) for row in rows]


async def revoke_api_key(scope: Scope, key_id: UUID) -> None:
    """Refuse this key from now on; raises NotFound."""
    scope.require(Role.admin)
    async with tenant(scope) as unit:
        name = await unit.fetchval(
            "UPDATE api_keys SET revoked_at = now(), updated_at = now() "
            "WHERE business_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING name",
            scope.business_id,
            key_id,
        )
        if name is None:
            raise NotFound("There is no such live API key.")
        await audit.record(unit, scope, "api_key.revoked", name)
    _checked.clear()


def _hash(presented: str) -> str:
    """Plain SHA-256 is enough: the key has 256 random bits, there is nothing to guess."""
    return sha256(presented.encode()).hexdigest()


_SELECT = """
SELECT k.id, k.business_id, k.name, k.scopes
FROM directory_entries d JOIN api_keys k ON k.business_id = d.business_id AND k.id = d.row_id
WHERE d.kind = 'api_key' AND d.key = $1 AND k.revoked_at IS NULL"""

_USED = """
UPDATE api_keys SET last_used_at = now() WHERE business_id = $1 AND id = $2
AND (last_used_at IS NULL OR last_used_at < now() - make_interval(secs => $3))"""

_checked: Expiring[str, ApiKey] = Expiring(REMEMBERED_SECONDS)
