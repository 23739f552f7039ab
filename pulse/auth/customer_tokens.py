"""Customer tokens: short-lived JWTs that a business's server signs for one customer's widget.

Claims: `business_id` (the public id, e.g. "lantern"), `customer_id` (the business's own id of the
customer), `iat` and `exp` (unix seconds, at most twelve hours apart; minutes are better), `aud`
("pulse"). The header's `kid` names the key. The algorithm comes from the key, never from the token.
A token with `preview` set is read-only.
"""

import math
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt
import msgspec

from pulse import clock
from pulse.auth.businesses import Business, business_by_slug, on_change
from pulse.auth.signing_keys import Key, live_keys
from pulse.auth.ttl_cache import Expiring
from pulse.errors import Invalid, NotFound, NotSignedIn

AUDIENCE = "pulse"
LONGEST_LIFETIME = 12 * 3600.0  # seconds; a stolen token expires by the next morning
LATEST = 1e11  # unix seconds, in the year 5138
CLOCK_SKEW = 30.0  # seconds by which a business's clock may be ahead of ours
LONGEST_TOKEN = 4096  # bytes; a token of ours has about 300, an RSA token about 700
LONGEST_CUSTOMER_ID = 200
REMEMBERED_SECONDS = 15.0  # a valid token is verified again after this time, or at its expiry


class CustomerToken(msgspec.Struct, frozen=True):
    """A verified token: this customer of this business, until `expires_at` (unix seconds).

    preview: staff look at the customer's widget; nothing may be changed.
    """

    business: Business
    customer: str
    expires_at: float
    preview: bool = False

    @property
    def place(self) -> tuple[UUID, str, bool]:
        """The rate limit key; a preview does not use up the customer's limits."""
        return self.business.id, self.customer, self.preview


async def verify(token: str) -> CustomerToken:
    """Check a customer's token, or raise NotSignedIn with one of the codes below.

    TOKEN_MALFORMED no JWT or missing claims · TOKEN_UNKNOWN_BUSINESS · TOKEN_UNKNOWN_KEY ·
    TOKEN_SIGNATURE · TOKEN_AUDIENCE · TOKEN_EXPIRED · TOKEN_NOT_YET · TOKEN_TOO_LONG_LIVED.
    """
    digest = sha256(token.encode(errors="surrogatepass")).digest()
    known = _checked.get(digest)
    if known is None:
        known = await _check(token)
        lasting = known.expires_at - clock.now().timestamp()
        _checked.put(digest, known, lasting)
    elif known.expires_at <= clock.now().timestamp():
        raise _expired_error()
    return known


async def sign(
    business: Business, customer: str, *, minutes: float = 15, preview: bool = False
) -> str:
    """A token signed by Pulse with the business's newest secret: demos, tests, CLI, previews.

    minutes: lifetime. Raises Invalid for an unusable customer id, for a lifetime beyond the limit,
    or when the business has no shared secret.
    """
    if not 0 < len(customer) <= LONGEST_CUSTOMER_ID or "\0" in customer:
        raise Invalid(f"A customer's id has 1 to {LONGEST_CUSTOMER_ID} characters.")
    if not 0 < minutes * 60 <= LONGEST_LIFETIME:
        raise Invalid(f"A token lives for 1 to {LONGEST_LIFETIME / 60:.0f} minutes.")
    key = next((key for key in await live_keys(business.id) if key.signs), None)
    if key is None:
        raise Invalid(f"{business.slug} has no shared secret: rotate its secret to make one.")
    issued = int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "business_id": business.slug,
        "customer_id": customer,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": math.ceil(clock.now().timestamp() + minutes * 60),
    }
    if preview:
        claims["preview"] = True
    return jwt.encode(claims, key.material, key.algorithm, headers={"kid": key.kid})


async def sign_for(business_slug: str, customer: str, *, minutes: float = 15) -> str:
    """Like `sign`, by the business's public id; raises NotFound for an unknown one."""
    return await sign(await business_by_slug(business_slug), customer, minutes=minutes)


async def _check(token: str) -> CustomerToken:
    header, unverified = _read(token)
    business = await _business(unverified)
    claims = _verified(token, header, await _candidates(business, header))
    issued, expires = _time_claim(claims, "iat"), _time_claim(claims, "exp")
    now = clock.now().timestamp()
    if expires <= now:
        raise _expired_error()
    if issued > now + CLOCK_SKEW:
        raise _refused(
            "TOKEN_NOT_YET", "The token is issued in the future: check your server's clock."
        )
    if expires - issued > LONGEST_LIFETIME:
        hours = LONGEST_LIFETIME / 3600
        raise _refused(
            "TOKEN_TOO_LONG_LIVED", f"The token lives longer than {hours:.0f} hours: sign minutes."
        )
    return CustomerToken(business, _customer(claims), expires, bool(claims.get("preview")))


def _read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims without any check, only used to find the key."""
    if not token or len(token) > LONGEST_TOKEN:
        raise _refused("TOKEN_MALFORMED", "This is not a customer token.")
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError) as wrong:
        raise _refused("TOKEN_MALFORMED", "This is not a customer token.") from wrong
    return read["header"], read["payload"]


async def _business(claims: dict[str, Any]) -> Business:
    slug = claims.get("business_id")
    if not isinstance(slug, str) or not slug or _is_broken(slug):
        raise _refused("TOKEN_MALFORMED", "The claim business_id is missing or no text.")
    try:
        return await business_by_slug(slug)
    except NotFound:
        raise _refused(
            "TOKEN_UNKNOWN_BUSINESS", "The claim business_id names no known business."
        ) from None


async def _candidates(business: Business, header: dict[str, Any]) -> list[Key]:
    """The keys that may have signed this: the one named by `kid`, or all of its algorithm."""
    kid, algorithm = header.get("kid"), header.get("alg")
    fitting = _matching_keys(await live_keys(business.id), kid, algorithm)
    if not fitting and kid is not None and _looked.get((business.id, kid)) is None:
        _looked.put((business.id, kid), True)
        fitting = _matching_keys(await live_keys(business.id, fresh=True), kid, algorithm)
    if not fitting:
        raise _refused(
            "TOKEN_UNKNOWN_KEY",
            "No active key of this business matches the token: sign with one of its keys.",
        )
    return fitting


def _matching_keys(keys: tuple[Key, ...], kid: object, algorithm: object) -> list[Key]:
    return [key for key in keys if key.algorithm == algorithm and kid in (None, key.kid)]


def _verified(token: str, header: dict[str, Any], keys: list[Key]) -> dict[str, Any]:
    """The claims of a token whose signature matches one of the keys."""
    for key in keys:
        try:
            return dict(_jwt.decode(token, key.material, [key.algorithm], audience=AUDIENCE))
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidAudienceError, jwt.MissingRequiredClaimError) as wrong:
            raise _claims_error(wrong) from wrong
        except jwt.PyJWTError as wrong:
            raise _refused("TOKEN_MALFORMED", "The token cannot be read.") from wrong
    raise _refused("TOKEN_SIGNATURE", "The token's signature is wrong.")


def _claims_error(wrong: jwt.InvalidTokenError) -> NotSignedIn:
    if isinstance(wrong, jwt.MissingRequiredClaimError):
        return _refused("TOKEN_MALFORMED", f"The claim {wrong.claim} is missing.")
    return _refused("TOKEN_AUDIENCE", f'The claim aud must be "{AUDIENCE}".')


def _time_claim(claims: dict[str, Any], name: str) -> float:
    value = claims[name]
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    if not whole or not abs(value) < LATEST:  # also for infinity, nan and 10^400
        raise _refused("TOKEN_MALFORMED", f"The claim {name} must be a number of seconds.")
    return float(value)


def _is_broken(text: str) -> bool:
    """Whether a text holds a zero character or a lone surrogate, which the database refuses."""
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def _customer(claims: dict[str, Any]) -> str:
    value = claims["customer_id"]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _refused("TOKEN_MALFORMED", "The claim customer_id must be a text.")
    customer = str(value)
    if not 0 < len(customer) <= LONGEST_CUSTOMER_ID or _is_broken(customer):
        raise _refused("TOKEN_MALFORMED", "The claim customer_id is empty or too long.")
    return customer


def _expired_error() -> NotSignedIn:
    return _refused("TOKEN_EXPIRED", "The token has expired: ask the host for a fresh one.")


def _refused(code: str, message: str) -> NotSignedIn:
    return NotSignedIn(message, code=code)


_jwt = jwt.PyJWT(
    {
        "require": ["exp", "iat", "aud", "customer_id", "business_id"],
        "verify_exp": False,  # both are checked above with our own clock
        "verify_iat": False,
        "verify_sub": False,
        "verify_jti": False,
        "enforce_minimum_key_length": True,
    }
)
_checked: Expiring[bytes, CustomerToken] = Expiring(REMEMBERED_SECONDS, most=50_000)
# unknown kids: at most one lookup in two seconds
_looked: Expiring[tuple[Any, Any], bool] = Expiring(2.0)
on_change.append(_checked.clear)
