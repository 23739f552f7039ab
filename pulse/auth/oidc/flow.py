"""The authorization code flow with PKCE, state and nonce: from the redirect to checked claims.

The expected values are sealed in a cookie of ten minutes, so any process can finish the flow.
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError

from pulse import clock, logs, settings
from pulse.auth.encryption import seal, unseal_recent
from pulse.auth.oidc.discovery import (
    Metadata,
    fetch_json,
    keys_of,
    metadata_of,
    post_form,
)
from pulse.auth.oidc.providers import Client, Provider, client_of
from pulse.errors import NotSignedIn

CALLBACK = "/sign-in/oidc/callback"
WAIT_SECONDS = 600  # time to sign in at the provider
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


class Begun(msgspec.Struct, frozen=True):
    """What must match when the person returns from the provider."""

    business_id: UUID
    state: str
    nonce: str
    verifier: str
    target: str
    confirms: str = ""
    """The id of the session whose identity is confirmed; empty for a sign-in."""


class Claims(msgspec.Struct, frozen=True):
    """The provider's claims; signature, audience, time and nonce have been checked."""

    provider: Provider
    begun: Begun
    values: dict[str, Any]


async def begin(
    business_id: UUID, *, email: str = "", target: str = "/", confirms: str = ""
) -> tuple[str, str]:
    """Begin the flow; returns (provider address for the redirect, sealed cookie value).

    Raises NotFound without a provider and Unavailable when it does not answer.
    """
    client = await client_of(business_id)
    metadata = await metadata_of(client.provider.issuer)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = Begun(business_id, state, nonce, verifier, target, confirms)
    more = {"login_hint": email} if email else {}
    if confirms:
        more["prompt"] = "login"
    url = prepare_grant_uri(
        metadata.authorization_endpoint,
        client_id=client.provider.client_id,
        response_type="code",
        redirect_uri=callback_url(),
        scope="openid email profile",
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        **more,
    )
    return str(url), seal(msgspec.json.encode(begun).decode())


async def finish(kept: str, returned: Mapping[str, str]) -> Claims:
    """Finish the flow; returns the checked claims. kept: the cookie; returned: the query.

    Raises NotSignedIn for anything that does not match, and Unavailable when the provider does not
    answer.
    """
    begun = msgspec.json.decode(unseal_recent(kept, WAIT_SECONDS), type=Begun)
    if not hmac.compare_digest(begun.state.encode(), returned.get("state", "").encode()):
        raise _refused("state")
    if "error" in returned or not returned.get("code"):
        raise _refused("refused by the provider")
    client = await client_of(begun.business_id)
    metadata = await metadata_of(client.provider.issuer)
    if returned.get("iss", metadata.issuer) != metadata.issuer:  # RFC 9207
        raise _refused("issuer")
    tokens = await _tokens(client, metadata, begun, returned["code"])
    values = await _id_token(client, metadata, begun, tokens)
    return Claims(client.provider, begun, await _with_userinfo(client, metadata, values, tokens))


def callback_url() -> str:
    """The address to which the provider redirects."""
    return settings.current().public_url.rstrip("/") + CALLBACK


async def _tokens(client: Client, metadata: Metadata, begun: Begun, code: str) -> Mapping[str, Any]:
    """Exchange the code for tokens, with the client's secret and the PKCE verifier."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback_url(),
        "code_verifier": begun.verifier,
    }
    name, secret = client.provider.client_id, client.secret
    methods = metadata.token_endpoint_auth_methods_supported
    auth = None
    if "client_secret_basic" in methods or "client_secret_post" not in methods:
        auth = httpx.BasicAuth(quote(name, safe=""), quote(secret, safe=""))  # RFC 6749, 2.3.1
    else:
        form |= {"client_id": name, "client_secret": secret}
    found = await post_form(metadata.token_endpoint, form, auth)
    if "id_token" not in found:
        logs.event("oidc_code_refused", level="warning", error=str(found.get("error", ""))[:40])
        raise _refused("code")
    return found


async def _id_token(
    client: Client, metadata: Metadata, begun: Begun, tokens: Mapping[str, Any]
) -> dict[str, Any]:
    text = str(tokens.get("id_token", ""))
    try:
        try:
            token = jwt.decode(text, await keys_of(metadata.jwks_uri), algorithms=ALGORITHMS)
        # the provider has rotated its keys within the last ten minutes
        except (JoseError, ValueError):
            keys = await keys_of(metadata.jwks_uri, fresh=True)
            token = jwt.decode(text, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": metadata.issuer},
                "aud": {"essential": True, "value": client.provider.client_id},
            },
            params={
                "nonce": begun.nonce,
                "client_id": client.provider.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError) as wrong:
        logs.event("oidc_token_refused", level="warning", error=type(wrong).__name__)
        raise _refused("token") from wrong
    return dict(claims)


async def _with_userinfo(
    client: Client, metadata: Metadata, values: dict[str, Any], tokens: Mapping[str, Any]
) -> dict[str, Any]:
    """The claims, completed from the userinfo endpoint."""
    wanted = {"email", "email_verified", client.provider.role_claim.partition(".")[0]} - {""}
    access = str(tokens.get("access_token", ""))
    if wanted <= values.keys() or not metadata.userinfo_endpoint or not access:
        return values
    more = await fetch_json(metadata.userinfo_endpoint, token=access)
    if more.get("sub") != values["sub"]:
        raise _refused("subject")
    return {**more, **values}


def _refused(what: str) -> NotSignedIn:
    return NotSignedIn(
        "The sign-in at the identity provider did not succeed. Start again from here.",
        code="OIDC_REFUSED",
        reason=what,
    )
