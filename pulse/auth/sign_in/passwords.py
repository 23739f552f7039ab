"""Staff passwords: argon2id hashes, computed and checked outside the event loop."""

import asyncio
import re
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence

SHORTEST_PASSWORD = 10  # NIST SP 800-63B requires 8
LONGEST_PASSWORD = 256  # argon2 reads the whole password, so a limit bounds the work of a request

FEWEST_LETTERS = 5  # distinct characters
COMMON = frozenset(
    {
        "password",
        "passwort",
        "motdepasse",
        "contrasena",
        "qwerty",
        "qwertz",
        "qwertyuiop",
        "qwertzuiop",
        "azertyuiop",
        "asdfghjkl",
        "letmein",
        "welcome",
        "willkommen",
        "iloveyou",
        "changeme",
        "admin",
        "administrator",
        "secret",
        "geheim",
        "login",
        "master",
        "dragon",
        "monkey",
        "football",
        "baseball",
        "sunshine",
        "princess",
        "superman",
        "batman",
        "trustno",
        "abcdefghij",
    }
)
"""Words from which most guessed passwords are made, with digits and signs around them."""
_SEQUENCES = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")
_LEET = str.maketrans("013457@$!", "oleastasi")

_hasher = PasswordHasher()


def check_choice(password: str, *about: str) -> None:
    """Raise Invalid (PASSWORD_COMMON) for a password that attackers try first.

    These are common words, the person's own e-mail or name, and sequences, with only digits and
    signs around them. about: e-mail, name, business.
    """
    plain = password.lower()
    words = {word for one in about for word in re.split(r"[^a-z]+", one.lower()) if len(word) > 2}
    words |= COMMON
    inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    readings = (plain, inner.translate(_LEET))
    cores = {re.sub(r"[^a-z]", "", reading) for reading in readings}
    guessed = (
        len(set(plain)) < FEWEST_LETTERS
        or any(plain in sequence for sequence in _SEQUENCES)
        or any(core and _is_made_of(core, words) for core in cores)
        or plain in {one.lower() for one in about}
    )
    if guessed:
        raise Invalid(
            "This password is too common: use several unrelated words.",
            code="PASSWORD_COMMON",
        )


def _is_made_of(core: str, words: Iterable[str]) -> bool:
    """Whether a text is one of these words, two of them joined, or one of them repeated."""
    return any(
        core == word or (core.startswith(word) and core[len(word) :] in words) for word in words
    )


async def hash_password(password: str) -> str:
    """An argon2id hash with its own salt; raises Invalid for a bad length."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            Sentence(
                "A password has {shortest} to {longest} characters.",
                shortest=SHORTEST_PASSWORD,
                longest=LONGEST_PASSWORD,
            ),
            code="PASSWORD_LENGTH",
        )
    return await asyncio.to_thread(_hasher.hash, password)


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash.

    Without a hash (unknown e-mail) a dummy hash is checked, so that the response time does not show
    whether the account exists.
    """
    if len(password) > LONGEST_PASSWORD:
        return False
    found = await asyncio.to_thread(_matches, password_hash or _dummy_hash(), password)
    return found and bool(password_hash)


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than the present ones; then hash again."""
    return _hasher.check_needs_rehash(password_hash)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return _hasher.hash("nobody has this password")
