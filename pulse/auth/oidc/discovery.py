"""Read a provider's endpoints and signing keys from its issuer address.

All requests have a time-out of a few seconds and must pass `pulse.outbound.url_policy`.
"""

import asyncio
from typing import Any

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pulse import logs
from pulse.auth.ttl_cache import Expiring
from pulse.errors import Invalid, Unavailable
from pulse.i18n.sentences import Sentence
from pulse.outbound.transport import GuardedTransport
from pulse.outbound.url_policy import OIDC, check_url

TIMEOUT_SECONDS = 5.0
MOST_BYTES = 512 << 10
REMEMBERED_SECONDS = 600.0
WELL_KNOWN = "/.well-known/openid-configuration"


class Metadata(msgspec.Struct, frozen=True):
    """The part of the discovery document that Pulse uses."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


async def metadata_of(issuer: str) -> Metadata:
    """The provider's metadata, cached for ten minutes.

    Raises Invalid when no provider is at this address, and Unavailable when it does not answer.
    """
    known = _metadata.get(issuer)
    if known is not None:
        return known
    check_url(issuer, OIDC)
    found = await fetch_json(issuer.rstrip("/") + WELL_KNOWN)
    try:
        read = msgspec.convert(found, Metadata)
    except msgspec.ValidationError as wrong:
        raise Invalid(
            f"The issuer does not describe an OpenID Connect provider: {wrong}.",
            code="OIDC_DISCOVERY",
        ) from wrong
    if read.issuer.rstrip("/") != issuer.rstrip("/"):
        raise Invalid(
            Sentence(
                "The provider calls itself {issuer}: enter that as the issuer. (Entra: the "
                "address with your tenant's id, not “common”.)",
                issuer=read.issuer,
            ),
            code="OIDC_ISSUER",
        )
    for endpoint in (read.authorization_endpoint, read.token_endpoint, read.jwks_uri):
        check_url(endpoint, OIDC)
    return _metadata.put(issuer, read)


async def keys_of(jwks_uri: str, *, fresh: bool = False) -> KeySet:
    """The provider's signing keys; fresh: read them again, for a key that is not among them."""
    known = None if fresh else _keys.get(jwks_uri)
    if known is not None:
        return known
    try:
        found: Any = await fetch_json(jwks_uri)
        return _keys.put(jwks_uri, KeySet.import_key_set(found))
    except (JoseError, ValueError, KeyError, TypeError) as wrong:
        raise Invalid("The provider's keys cannot be read.", code="OIDC_KEYS") from wrong


async def fetch_json(url: str, *, token: str = "") -> dict[str, Any]:
    """GET a JSON object; raises Unavailable when there is none within a few seconds."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return await _exchange("GET", url, headers=headers)


async def post_form(url: str, form: dict[str, str], auth: httpx.Auth | None) -> dict[str, Any]:
    """POST a form and return the JSON object of the answer, also of a refusal (400, 401)."""
    return await _exchange("POST", url, data=form, auth=auth, also=(400, 401))


async def _exchange(
    method: str, url: str, *, also: tuple[int, ...] = (), **request: Any
) -> dict[str, Any]:
    client = httpx.AsyncClient(
        transport=GuardedTransport(OIDC),
        timeout=TIMEOUT_SECONDS,
        trust_env=False,
        follow_redirects=False,
        headers={"accept": "application/json"},
    )
    try:
        async with (
            # limits the whole answer, in case it arrives slowly
            asyncio.timeout(2 * TIMEOUT_SECONDS),
            client,
            client.stream(method, url, **request) as answer,
        ):
            if answer.status_code not in also:
                answer.raise_for_status()
            found = msgspec.json.decode(await _read_limited(answer))
    except (httpx.HTTPError, msgspec.DecodeError, TimeoutError) as failed:
        raise _unavailable(url, failed) from failed
    if not isinstance(found, dict):
        raise _unavailable(url, ValueError("not an object"))
    return found


def _unavailable(url: str, failed: Exception) -> Unavailable:
    """The error for a provider that cannot be reached."""
    host = httpx.URL(url).host
    logs.event("oidc_provider_failed", level="warning", host=host, error=type(failed).__name__)
    return Unavailable(
        Sentence(
            "The identity provider at {host} does not answer as it should. Try again in "
            "a minute, or ask who runs it.",
            host=host,
        ),
        code="OIDC_UNAVAILABLE",
        retry_after=30.0,
    )


def forget_providers() -> None:
    """Clear the caches, so that the next sign-in reads everything again."""
    _metadata.clear()
    _keys.clear()


async def _read_limited(answer: httpx.Response) -> bytes:
    body = b""
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise httpx.DecodingError("too long")
    return body


_metadata: Expiring[str, Metadata] = Expiring(REMEMBERED_SECONDS, most=500)
_keys: Expiring[str, KeySet] = Expiring(REMEMBERED_SECONDS, most=500)
