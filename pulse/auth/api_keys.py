"""API keys of a business's own programs: random, shown once, stored as a hash, revocable.

A key is `pulse_sk_` followed by 43 characters. The first eight of these are its public prefix,
which identifies it on the team page. A key has one or more scopes; no scope includes another:
`read` customers and cards, `write` what a CSM may do, `ingest` data, `erase` customers and undo
imports as a manager may, `admin` the business's webhooks as an admin may.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.directory import look_up
from pulse.auth.roles import PRESETS, Permission, Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.ttl_cache import Expiring
from pulse.db.prepared import Param, columns_of, prepared
from pulse.db.transaction import Unit, system, tenant
from pulse.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from pulse.i18n.sentences import Sentence
from pulse.tables.choices import DirectoryKind
from pulse.tables.keys import ApiKey as ApiKeyTable

MARK: Final = "pulse_sk_"
KEY_SCOPES: Final = ("read", "write", "ingest", "erase", "admin")
ROLES: Final = {"write": Role.csm, "erase": Role.manager, "admin": Role.admin}
"""The role with which a program acts for each scope; otherwise it reads."""
GRANTS: Final = {one: PRESETS[ROLES.get(one, Role.viewer)] for one in KEY_SCOPES} | {
    "ingest": frozenset({Permission.view, Permission.import_lists, Permission.edit_customers})
}
"""What a key with each scope allows, which its creator must hold too. `ingest` writes events and
traits as an import does, and merges customers."""
SCOPE_FOR: Final = {
    Permission.view: "read",
    Permission.work_cards: "write",
    Permission.edit_customers: "write",
    Permission.import_lists: "write",
    Permission.export_data: "write",
    Permission.run_analyses: "write",
    Permission.erase_customers: "erase",
}
"""The scope a key needs where staff need this permission; for all others, `admin`."""
REMEMBERED_SECONDS = 15.0  # how long another process may still accept a key revoked here
USED_EVERY = timedelta(seconds=60)  # accuracy of "last used"


class ApiKey(msgspec.Struct, frozen=True):
    """A checked key: its business and its scopes."""

    id: UUID
    business_id: UUID
    name: str
    scopes: frozenset[str]

    def scope(self, needs: str) -> Scope:
        """The Scope of this program for an operation that needs the scope `needs`.

        Its role follows from `needs`, not from all scopes of the key: a key that may erase
        customers reads with the role of a reader. Raises NotAllowed when the key lacks the scope.
        """
        if needs not in self.scopes:
            raise NotAllowed(
                Sentence("This API key lacks the scope {needs}.", needs=needs), required=needs
            )
        least = Role.csm if "write" in self.scopes else Role.viewer
        role = max(least, ROLES.get(needs, least), key=lambda one: len(PRESETS[one]))
        return Scope(self.business_id, Actor("program", self.id, self.name), role)


class ApiKeyListed(msgspec.Struct, frozen=True):
    """A key as listed on the team page."""

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def create_api_key(scope: Scope, name: str, scopes: Sequence[str]) -> str:
    """Create a key and return it; it cannot be read again later. Audited.

    Raises NotAllowed for a scope that allows more than the creator's own role.
    """
    scope.require(Permission.manage_integrations)
    unknown = sorted(set(scopes) - set(KEY_SCOPES))
    if unknown or not scopes:
        raise Invalid(
            Sentence("The scopes of a key are {key_scopes}.", key_scopes=", ".join(KEY_SCOPES)),
            unknown=unknown,
        )
    for one in scopes:
        scope.require_covering(GRANTS[one])
    if not 0 < len(name.strip()) <= 80:
        raise Invalid("Give the key a name of 1 to 80 characters.")
    secret = secrets.token_urlsafe(32)
    async with tenant(scope) as unit:
        await ApiKeyTable.insert(
            ApiKeyTable(
                business_id=scope.business_id,
                name=name.strip(),
                prefix=secret[:8],
                key_hash=_hash(MARK + secret),
                scopes=sorted(set(scopes)),
            )
        )
        may = {"scopes": sorted(set(scopes))}
        await audit.record(unit, scope, "api_key.created", name.strip(), after=may)
    return MARK + secret


async def check_api_key(presented: str) -> ApiKey:
    """The API key that was presented; raises NotSignedIn (code KEY_UNKNOWN)."""
    digest = _hash(presented)
    known = _checked.get(digest)
    if known is None:
        async with system() as unit:
            row = await _find_active(unit, digest)
        if row is None:
            raise NotSignedIn("This API key is unknown or revoked.", code="KEY_UNKNOWN")
        known = ApiKey(row["id"], row["business_id"], row["name"], frozenset(row["scopes"]))
        _checked.put(digest, known)
    return known


async def list_api_keys(scope: Scope) -> list[ApiKeyListed]:
    """All keys of the business, including revoked ones, newest first."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope):
        rows = (
            await ApiKeyTable.select(*columns_of(ApiKeyTable, ApiKeyListed))
            .where(ApiKeyTable.business_id == scope.business_id)
            .order_by(ApiKeyTable.created_at, ApiKeyTable.id, ascending=False)
        )
    return [ApiKeyListed(**row) for row in rows]


async def revoke_api_key(scope: Scope, key_id: UUID) -> None:
    """Revoke a key: it is refused from now on. Raises NotFound."""
    scope.require(Permission.manage_integrations)
    async with tenant(scope) as unit:
        revoked = (
            await ApiKeyTable.update({ApiKeyTable.revoked_at: clock.now()})
            .where(
                ApiKeyTable.business_id == scope.business_id,
                ApiKeyTable.id == key_id,
                ApiKeyTable.revoked_at.is_null(),
            )
            .returning(ApiKeyTable.name)
        )
        if not revoked:
            raise NotFound("This API key does not exist or was revoked already.")
        await audit.record(unit, scope, "api_key.revoked", revoked[0]["name"])
    _checked.clear()


def _hash(presented: str) -> str:
    """SHA-256 without salt or stretching: the key has 256 random bits and cannot be guessed."""
    return sha256(presented.encode()).hexdigest()


async def _find_active(unit: Unit, digest: str) -> dict[str, Any] | None:
    """The active key with this hash; its time of last use is updated."""
    found = await look_up(unit, DirectoryKind.api_key, digest)
    row = await _LIVE.row(unit, business_id=found.business_id, id=found.id) if found else None
    if row:
        now = clock.now()
        ids = {"business_id": row["business_id"], "id": row["id"]}
        await _NOTE_USE.run(unit, **ids, now=now, before=now - USED_EVERY)
    return row


_LIVE = prepared(
    ApiKeyTable.select(
        ApiKeyTable.id, ApiKeyTable.business_id, ApiKeyTable.name, ApiKeyTable.scopes
    ).where(
        ApiKeyTable.business_id == Param("business_id"),
        ApiKeyTable.id == Param("id"),
        ApiKeyTable.revoked_at.is_null(),
    )
)
_NOTE_USE = prepared(
    ApiKeyTable.update({ApiKeyTable.last_used_at: Param("now")}).where(
        ApiKeyTable.business_id == Param("business_id"),
        ApiKeyTable.id == Param("id"),
        ApiKeyTable.last_used_at.is_null() | (ApiKeyTable.last_used_at < Param("before")),
    )
)

_checked: Expiring[str, ApiKey] = Expiring(REMEMBERED_SECONDS)
