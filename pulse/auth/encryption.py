"""Encrypt secrets at rest with a key derived from the operator's PULSE_SECRET."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pulse import settings
from pulse.errors import NotSignedIn, Unavailable


def seal(plain: str) -> str:
    """Encrypt and sign `plain` (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _fernet(settings.current().secret).encrypt(plain.encode()).decode()


def unseal(sealed: str, secret: str | None = None) -> str:
    """Decrypt a sealed text; raises Unavailable when it was sealed with another secret.

    secret: the PULSE_SECRET of another installation; without it, PULSE_SECRET is tried, and during
    a rotation PULSE_OLD_SECRET.
    """
    opening = _fernet(secret) if secret else _current()
    try:
        return opening.decrypt(sealed.encode()).decode()
    except InvalidToken as wrong:
        raise Unavailable(
            "A stored secret cannot be decrypted: PULSE_SECRET has changed since it was stored.",
            code="SECRET_SEALED_OTHERWISE",
        ) from wrong


def unseal_recent(sealed: str, seconds: int) -> str:
    """Decrypt a text that was sealed at most `seconds` ago; raises NotSignedIn otherwise."""
    try:
        return _current().decrypt(sealed.encode(), ttl=seconds).decode()
    except InvalidToken as wrong:
        raise NotSignedIn("This took too long: start again.", code="SIGN_IN_EXPIRED") from wrong


def _current() -> MultiFernet:
    chosen = settings.current()
    return MultiFernet([_fernet(one) for one in (chosen.secret, chosen.old_secret) if one])


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"pulse sealed secrets v1")
    return Fernet(urlsafe_b64encode(key.derive(secret.encode())))
