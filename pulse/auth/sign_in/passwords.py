"""Passwords of staff: argon2id hashes, made and checked off the event loop."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pulse.errors import Invalid

SHORTEST_PASSWORD = 10  # NIST SP 800-63B asks for 8; two more cost a person little
LONGEST_PASSWORD = 256  # argon2 reads it all, so a limit keeps a request from buying much work

_hasher = PasswordHasher()


async def hash_password(password: str) -> str:
    """An argon2id hash with its own salt; raises Invalid for a too short or too long password."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            code="PASSWORD_LENGTH",
        )
    return await asyncio.to_thread(_hasher.hash, password)


async def password_matches(password_hash: str | None, password: str) -> bool:
    """True when the password belongs to the hash.

    Without a hash (nobody has that e-mail) a made-up one is checked, so that the answer takes as
    long and tells nothing about who has an account.
    """
    if len(password) > LONGEST_PASSWORD:
        return False
    found = await asyncio.to_thread(_matches, password_hash or _nobody(), password)
    return found and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """True when the hash was made with weaker parameters than today's: hash again at sign-in."""
    return _hasher.check_needs_rehash(password_hash)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
