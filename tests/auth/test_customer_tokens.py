"""Customer tokens: valid ones pass, every invalid one is refused with a code."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pulse import clock
from pulse.auth import customer_tokens, signing_keys
from pulse.auth.businesses import business_by_id, business_by_slug
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import (
    add_public_key,
    forget_keys,
    list_keys,
    retire_key,
    rotate_secret,
)
from pulse.db.transaction import system
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def claims(**changed: Any) -> dict[str, Any]:
    """Return the claims of a valid token with changes; None removes a claim."""
    issued = int(clock.now().timestamp())
    good = {
        "business_id": "shop",
        "customer_id": "17850",
        "aud": "pulse",
        "iat": issued,
        "exp": issued + 900,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


async def refused(token: str) -> str:
    """Return the code with which the token is refused."""
    with pytest.raises(NotSignedIn) as error:
        await customer_tokens.verify(token)
    return error.value.code


async def test_a_token_signed_by_pulse_names_customer_and_business(shop: Scope):
    await rotate_secret(shop)
    token = await customer_tokens.sign_for("shop", "17850", minutes=15)
    checked = await customer_tokens.verify(token)
    assert checked.customer == "17850"
    assert checked.business.id == shop.business_id
    assert jwt.get_unverified_header(token)["kid"]
    assert await customer_tokens.verify(token) is checked  # the second check is a cached one


async def test_a_token_signed_by_a_host_with_pyjwt_passes_with_and_without_kid(shop: Scope):
    secret = await rotate_secret(shop)
    for headers in ({"kid": secret.kid}, {}):
        token = jwt.encode(claims(customer_id=17850), secret.secret, "HS256", headers=headers)
        assert (await customer_tokens.verify(token)).customer == "17850"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"exp": 1}, "TOKEN_EXPIRED"),
        ({"exp": None}, "TOKEN_MALFORMED"),
        ({"iat": None}, "TOKEN_MALFORMED"),
        ({"iat": "yesterday"}, "TOKEN_MALFORMED"),
        ({"exp": float("inf")}, "TOKEN_MALFORMED"),
        ({"aud": None}, "TOKEN_MALFORMED"),
        ({"aud": "somebody-else"}, "TOKEN_AUDIENCE"),
        ({"customer_id": None}, "TOKEN_MALFORMED"),
        ({"customer_id": ""}, "TOKEN_MALFORMED"),
        ({"customer_id": "x" * 201}, "TOKEN_MALFORMED"),
        ({"customer_id": True}, "TOKEN_MALFORMED"),
        ({"business_id": None}, "TOKEN_MALFORMED"),
        ({"business_id": 7}, "TOKEN_MALFORMED"),
        ({"business_id": "nobody"}, "TOKEN_UNKNOWN_BUSINESS"),
    ],
)
async def test_invalid_claims_are_refused(shop: Scope, changed: dict[str, Any], code: str):
    secret = await rotate_secret(shop)
    bent = jwt.encode(claims(**changed), secret.secret, "HS256", headers={"kid": secret.kid})
    assert await refused(bent) == code


async def test_lifetimes_are_limited_and_small_clock_differences_accepted(shop: Scope):
    secret = await rotate_secret(shop)
    moment = int(clock.now().timestamp())

    def signed(**changed: Any) -> str:
        return jwt.encode(claims(**changed), secret.secret, headers={"kid": secret.kid})

    assert await refused(signed(exp=moment + 86_400)) == "TOKEN_TOO_LONG_LIVED"
    assert await refused(signed(iat=moment + 300, exp=moment + 600)) == "TOKEN_NOT_YET"
    assert (await customer_tokens.verify(signed(iat=moment + 10))).customer == "17850"
    with pytest.raises(Invalid):
        await customer_tokens.sign_for("shop", "1", minutes=24 * 60)
    for nobody in ("", "x" * 201, "a\0b"):  # no such token would be accepted
        with pytest.raises(Invalid):
            await customer_tokens.sign_for("shop", nobody)


async def test_a_cached_token_expires_on_time(shop: Scope):
    await rotate_secret(shop)
    with clock.at(NOON):
        token = await customer_tokens.sign_for("shop", "17850", minutes=1)
        await customer_tokens.verify(token)
    with clock.at(NOON + timedelta(seconds=61)):
        assert await refused(token) == "TOKEN_EXPIRED"


async def test_a_changed_signature_and_foreign_secrets_are_refused(shop: Scope, other_shop: Scope):
    secret = await rotate_secret(shop)
    foreign = await rotate_secret(other_shop)
    good = jwt.encode(claims(), secret.secret, headers={"kid": secret.kid})
    head, body, signature = good.split(".")
    swapped = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert await refused(f"{head}.{body}.{swapped}") == "TOKEN_SIGNATURE"
    by_other = jwt.encode(claims(), foreign.secret, headers={"kid": foreign.kid})
    assert await refused(by_other) == "TOKEN_UNKNOWN_KEY"
    as_ours = jwt.encode(claims(), foreign.secret, headers={"kid": secret.kid})
    assert await refused(as_ours) == "TOKEN_SIGNATURE"


async def test_unsigned_and_confused_algorithms_are_refused(shop: Scope):
    private = rsa.generate_private_key(65537, 2048)
    kid = await add_public_key(shop, pem(private))
    unsigned = jwt.encode(claims(), None, "none", headers={"kid": kid})
    assert await refused(unsigned) == "TOKEN_UNKNOWN_KEY"
    confused = confuse(claims(), pem(private), kid)
    assert await refused(confused) == "TOKEN_UNKNOWN_KEY"


@pytest.mark.parametrize("text", ["", "abc", "a.b.c", "x" * 5000, "ey.ey.ey", "\u00e9.\u00e9.x"])
async def test_text_that_is_no_token_is_refused(shop: Scope, text: str):
    assert await refused(text) == "TOKEN_MALFORMED"


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
    ids=["RS256", "ES256", "EdDSA"],
)
async def test_a_business_may_use_its_own_signing_key(shop: Scope, private: Any, algorithm: str):
    kid = await add_public_key(shop, pem(private))
    token = jwt.encode(claims(), private, algorithm, headers={"kid": kid})
    assert (await customer_tokens.verify(token)).customer == "17850"


async def test_weak_foreign_and_private_keys_are_refused(shop: Scope):
    private = ed25519.Ed25519PrivateKey.generate()
    mistaken = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    weak = pem(ec.generate_private_key(ec.SECP384R1()))
    for text in (mistaken, weak, "no key at all"):
        with pytest.raises(Invalid):
            await add_public_key(shop, text)
    for _ in range(signing_keys.LIVE_PUBLIC_KEYS):
        await add_public_key(shop, pem(ed25519.Ed25519PrivateKey.generate()))
    with pytest.raises(Conflict):
        await add_public_key(shop, pem(private))


async def test_two_secrets_are_active_and_a_third_retires_the_first(shop: Scope):
    first = await rotate_secret(shop)
    old = jwt.encode(claims(), first.secret, headers={"kid": first.kid})
    second = await rotate_secret(shop)
    middle = jwt.encode(claims(), second.secret, headers={"kid": second.kid})
    assert (await customer_tokens.verify(old)).customer == "17850"
    await rotate_secret(shop)
    assert await refused(old) == "TOKEN_UNKNOWN_KEY"
    assert (await customer_tokens.verify(middle)).customer == "17850"
    assert [key.retired_at is None for key in await list_keys(shop)] == [True, True, False]


async def test_a_retired_key_is_refused_at_once_despite_cached_tokens(shop: Scope):
    secret = await rotate_secret(shop)
    token = await customer_tokens.sign_for("shop", "17850")
    await customer_tokens.verify(token)
    await retire_key(shop, secret.kid)
    assert await refused(token) == "TOKEN_UNKNOWN_KEY"
    with pytest.raises(NotFound):
        await retire_key(shop, secret.kid)
    with pytest.raises(Invalid, match="no shared secret"):
        await customer_tokens.sign_for("shop", "17850")


async def test_a_key_rotated_in_another_process_works_at_once(shop: Scope):
    await rotate_secret(shop)
    await customer_tokens.verify(await customer_tokens.sign_for("shop", "17850"))
    before = signing_keys._keys.get(shop.business_id)
    second = await rotate_secret(shop)
    signing_keys._keys.put(shop.business_id, before or ())  # as cached by the other process
    token = jwt.encode(claims(), second.secret, headers={"kid": second.kid})
    assert (await customer_tokens.verify(token)).customer == "17850"


async def test_secrets_are_encrypted_and_only_admins_change_them(shop: Scope):
    secret = await rotate_secret(shop)
    async with system() as unit:
        sealed = await unit.fetchval("SELECT secret_sealed FROM business_secrets")
    assert secret.secret not in sealed
    csm = Scope(shop.business_id, shop.actor, Role.csm)
    for refused_call in (rotate_secret(csm), list_keys(csm), retire_key(csm, secret.kid)):
        with pytest.raises(NotAllowed):
            await refused_call


async def test_businesses_are_found_by_both_ids(shop: Scope):
    found = await business_by_slug("shop")
    assert found == await business_by_id(shop.business_id)
    with pytest.raises(NotFound):
        await business_by_slug("nobody")
    with pytest.raises(NotFound):
        await business_by_id(UUID(int=0))
    forget_keys()


def pem(private: Any) -> str:
    """Return the public half as PEM."""
    return (
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    )


def confuse(payload: dict[str, Any], public_pem: str, kid: str) -> str:
    """Return a token signed by HMAC with the public key as its secret, as an attacker would."""
    import base64
    import hashlib
    import hmac
    import json

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    body = part(json.dumps(payload).encode())
    digest = hmac.new(public_pem.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{part(digest)}"


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 10**400},
        {"iat": -(10**400)},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"business_id": "shop\0"},
        {"business_id": "shop\ud800"},
        {"customer_id": "1\0"},
        {"customer_id": "1\udfff"},
    ],
)
async def test_numbers_and_texts_the_database_rejects_are_malformed(
    shop: Scope, changed: dict[str, Any]
) -> None:
    key = await rotate_secret(shop)
    token = jwt.encode(claims(**changed), key.secret, "HS256", headers={"kid": key.kid})
    with pytest.raises(NotSignedIn) as refused:
        await customer_tokens.verify(token)
    assert refused.value.code == "TOKEN_MALFORMED"


@pytest.mark.parametrize("token", ["\ud800", "a.\0.c", f"e30.{'W' * 3000}.x", "[" * 4000])
async def test_arbitrary_text_is_a_malformed_token(database: Any, token: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        await customer_tokens.verify(token)
    assert refused.value.code == "TOKEN_MALFORMED"
