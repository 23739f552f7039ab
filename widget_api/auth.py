"""Authentication of a request: customer token, API key, or staff cookie.

`authenticate` runs before every handler of /api and stores a `Caller` as `request.user`. A handler
asks it for the Scope it needs: `about(external_id)` for one customer, `staff(permission)` for
anything else.
"""

from base64 import b64decode
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection

from pulse.auth import api_keys, customer_tokens
from pulse.auth.businesses import Business, business_by_id
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.sign_in import staff_sessions
from pulse.auth.sign_in.session_list import require_confirmation
from pulse.auth.ttl_cache import Expiring
from pulse.customers.repository import get_or_create, id_of
from pulse.db.transaction import tenant
from pulse.errors import NotAllowed, NotFound, NotSignedIn
from pulse.live.hub import HUB
from widget_api.limits import CUSTOMER_REQUESTS, KEY_REQUESTS, STAFF_REQUESTS
from widget_api.origins import check_origin, check_same_origin
from widget_api.query_parameters import check_parameters

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SLASH_INSIDE = "\ufdd0"  # occurs in no text: replaces %2F while the path is routed
# a customer's id changes only when the customer is erased and created again
REMEMBERED_SECONDS = 60.0


class Caller(msgspec.Struct, frozen=True):
    """The authenticated caller and business; exactly one of customer_scope, key, session is set."""

    business: Business
    external_id: str | None = None
    customer_scope: Scope | None = None
    key: api_keys.ApiKey | None = None
    session: staff_sessions.StaffSession | None = None

    @property
    def is_customer(self) -> bool:
        """Whether the caller is the customer: then show only what is meant for customers."""
        return self.customer_scope is not None

    def about(self, external_id: str, permission: Permission = Permission.view) -> Scope:
        """The Scope for one customer.

        A customer can use only their own id; any other id raises NotFound. A preview may only read
        (else NotAllowed). Programs and staff need what `staff(permission)` requires.
        """
        if self.customer_scope is None:
            return self.staff(permission)
        if external_id != self.external_id:
            raise NotFound("There is no such customer.", code="CUSTOMER_NOT_FOUND")
        if permission is not Permission.view:
            self.customer_scope.require_change()
        return self.customer_scope

    def staff(
        self, permission: Permission = Permission.view, key_scope: str | None = None
    ) -> Scope:
        """The Scope of staff with this permission, or of a program; raises NotAllowed.

        A program's key needs `key_scope`, by default the scope that belongs to the permission.
        """
        needs = key_scope or api_keys.SCOPE_FOR.get(permission, "admin")
        if self.key is not None:
            return self.key.scope(needs)
        if self.session is None:
            raise NotAllowed("A customer's token cannot be used for this.")
        if needs == "admin":
            require_confirmation(self.session)
        scope = self.session.scope
        scope.require(permission)
        return scope


async def authenticate(connection: Request[Any, Any, Any]) -> None:
    """Check the credential, the origin and the rate limit; store the Caller as `request.user`.

    A before-request hook and not a guard, because Litestar copies the handler for each guard.
    """
    header = connection.headers.get("authorization")
    if header is None:
        caller = await _by_cookie(connection)
    else:
        caller = await by_credential(_credential(header), connection)
    connection.scope["user"] = caller
    named: dict[str, Any] = connection.scope["path_params"]
    for name, value in named.items():
        if isinstance(value, str) and SLASH_INSIDE in value:
            named[name] = value.replace(SLASH_INSIDE, "/")
    check_parameters(connection)


def _credential(header: str) -> str:
    """The token or key of an Authorization header.

    With HTTP Basic the user name is an API key; the clients of Segment and RudderStack send their
    write key this way.
    """
    kind, _, said = header.partition(" ")
    if kind.lower() == "bearer":
        return said.strip()
    if kind.lower() != "basic":
        raise NotSignedIn('The Authorization header must be "Bearer …" or "Basic …".')
    try:
        name, _, _ = b64decode(said.strip(), validate=True).decode().partition(":")
    except ValueError as wrong:
        raise NotSignedIn("The Basic credential is not base64 of “key:”.") from wrong
    if not name.startswith(api_keys.MARK):
        raise NotSignedIn("HTTP Basic takes an API key as the user name.", code="KEY_UNKNOWN")
    return name


async def by_credential(credential: str, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """The Caller of an API key or a customer token. Raises NotSignedIn, NotAllowed, TooMany."""
    if credential.startswith(api_keys.MARK):
        key = await api_keys.check_api_key(credential)
        await KEY_REQUESTS.take(key.id)
        return Caller(await business_by_id(key.business_id), key=key)
    token = await customer_tokens.verify(credential)
    check_origin(connection.headers, token.business)
    CUSTOMER_REQUESTS.take(token.place)
    return await caller_of(token)


async def caller_of(token: customer_tokens.CustomerToken) -> Caller:
    """The Caller of a verified customer token."""
    return Caller(
        token.business,
        external_id=token.customer,
        customer_scope=Scope.for_customer(
            token.business.id, await _customer_id(token), preview=token.preview
        ),
    )


async def by_session(cookie: str | None) -> Caller:
    """The Caller of a staff cookie; raises NotSignedIn."""
    session = await staff_sessions.session_of(cookie)
    if session is None:
        raise NotSignedIn("Send a customer token or an API key, or sign in.")
    STAFF_REQUESTS.take(session.staff_id)
    return Caller(await business_by_id(session.business_id), session=session)


async def _by_cookie(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    caller = await by_session(connection.cookies.get(staff_sessions.COOKIE))
    if connection.scope.get("method") not in SAFE_METHODS:
        check_same_origin(connection)
    return caller


async def _customer_id(token: customer_tokens.CustomerToken) -> UUID:
    place = (token.business.id, token.customer)
    known = _known_customers.get(place)
    if known is None:
        found = await (_find_customer if token.preview else get_or_create)(
            Scope.for_pulse(token.business.id), token.customer
        )
        known = _known_customers.put(place, found)
    return known


async def _find_customer(scope: Scope, external_id: str) -> UUID:
    """The customer of a preview, which never creates one; raises NotFound for an unknown id."""
    async with tenant(scope) as unit:
        return await id_of(unit, external_id)


def forget_customer(business_id: UUID, external_id: str) -> None:
    """Remove this id from the cache, because the customer was erased."""
    _known_customers.forget((business_id, external_id))


_known_customers: Expiring[tuple[UUID, str], UUID] = Expiring(REMEMBERED_SECONDS, most=100_000)
# customers were erased, merged or separated, in this or another process
HUB.on_resync(_known_customers.clear)
