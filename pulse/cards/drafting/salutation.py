"""The greeting of a customer: first or full name, by business and language.

Gender is unknown, so no title is put before a name. A text that does not look like first and last
name (a company, initials, "Dr. Cole") is used whole.
"""

from pulse.cards.drafting.prompt_sanitizing import safe_name
from pulse.i18n.sentences import marked

SALUTATIONS = marked(
    {
        "language": "As usual in the customer's language",
        "first": "First name",
        "full": "Full name",
    }
)
"""Choices of a business, with their labels on the settings page."""

BY_FULL_NAME = frozenset({"de"})
"""Languages in which the polite form (Sie) does not go with a first name alone."""

_TITLES = frozenset({
    "dr", "prof", "mr", "mrs", "ms", "mx", "miss", "sir", "herr", "frau", "dipl", "ing", "sr",
    "sra", "srta", "don", "doña", "m", "mme", "mlle", "dra", "dona", "family", "familie"
})  # fmt: skip
_COMPANIES = frozenset({
    "ltd", "limited", "llc", "inc", "corp", "co", "plc", "gmbh", "ag", "kg", "ug", "ohg", "mbh",
    "sa", "sas", "sarl", "srl", "bv", "nv", "ab", "oy", "as", "group", "shop", "store",
    "company"
})  # fmt: skip
_PARTICLES = frozenset({
    "van", "von", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "el", "al", "bin",
    "ibn"
})  # fmt: skip


def greeted(name: str | None, language: str, salutation: str = "language") -> str | None:
    """Return the name used in the greeting; None without a usable name.

    salutation: one of SALUTATIONS.
    """
    whole = safe_name(name)
    if whole is None:
        return None
    by_first = salutation == "first" or (salutation != "full" and language not in BY_FULL_NAME)
    return _first(whole) if by_first else _turned(whole)


def _first(whole: str) -> str:
    """Return the first name, if this is first and last name of a person."""
    turned = _turned(whole)
    words = turned.split()
    plain = [word.strip(".,").lower() for word in words]
    odd = any(word in _TITLES or word in _COMPANIES for word in plain) or "&" in turned
    initials = len(plain[0]) < 2 or "." in words[0]
    if odd or initials or plain[0] in _PARTICLES or turned.isupper() or "," in turned:
        return turned
    return words[0]


def _turned(whole: str) -> str:
    """Turn "Morgan, Imogen" into "Imogen Morgan"."""
    last, comma, first = whole.partition(", ")
    firm = first.strip(".").lower() in _COMPANIES
    return f"{first} {last}" if comma and first and "," not in first and not firm else whole
