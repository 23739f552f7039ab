"""Which column holds the customer's id, name, e-mail, owner and so on, from headers and values."""

import re

from pulse.tabular import header_hints
from pulse.tabular.guesses import leaving
from pulse.tabular.header_hints import Words, is_called, says
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import Role
from pulse.tabular.profiling import ColumnProfile
from pulse.tabular.vocabulary import table

_OWNERS = table("headers", "roles", "owners")
_ID_WORDS = table("headers", "roles", "id_words")
_IDS = table("headers", "roles", "ids")
_OTHERS = table("headers", "roles", "others")
_COMPANY_IDS = table("headers", "roles", "company_ids")
_ROW_NUMBERS = table("headers", "roles", "row_numbers")

_FIRST_NAMES = table("headers", "roles", "first_names")
_LAST_NAMES = table("headers", "roles", "last_names")
_NAMES = table("headers", "roles", "names")
_COMPANY_NAMES = table("headers", "roles", "company_names")


def guess_id(profiles: list[ColumnProfile]) -> str | None:
    """The column that identifies the customer: named like an id and unique; else the e-mail.

    Never a name or an amount.
    """
    best = max(profiles, key=_id_score, default=None)
    if best is not None and _id_score(best) > 0:
        return best.column
    emails = [p for p in profiles if p.is_email and p.uniqueness > 0.9 and p.filled > 0.5]
    companies = [
        p for p in profiles
        if p.unique and p.filled == 1.0 and "".join(words_of(p.column)) in _COMPANY_IDS
    ]  # fmt: skip
    codes = [p for p in profiles[:1] if _holds_codes(p)]
    numbered = [p for p in codes if any(word in _ID_WORDS for word in words_of(p.column))]
    found = [*numbered, *emails, *companies, *codes]
    return found[0].column if found else _unique_name_column(profiles)


def _holds_codes(profile: ColumnProfile) -> bool:
    """Whether a column holds a different code in every row (`T-001`) that is no order number."""
    if not (profile.unique and profile.filled == 1.0 and profile.type == "text"):
        return False
    return _are_codes(profile) and not says(words_of(profile.column), _OTHERS)


def _unique_name_column(profiles: list[ColumnProfile]) -> str | None:
    """The customers' names, where they are unique and nothing else identifies customers."""
    texts = [p for p in profiles if p.unique and p.filled == 1.0 and p.type == "text"]
    named = _column_named(texts, _NAMES) or _column_named(texts, _COMPANY_NAMES)
    unnamed = next((p.column for p in texts[:1] if _is_nameless(p) and p is profiles[0]), None)
    return named or unnamed


def _is_nameless(profile: ColumnProfile) -> bool:
    return profile.column.startswith("column ")


def _id_score(profile: ColumnProfile) -> float:
    words = words_of(profile.column)
    if profile.filled < 0.5 or profile.type in ("date", "flag", "phone", "url"):
        return 0.0
    if profile.is_email or says(words, _ROW_NUMBERS):
        return 0.0
    worth = _id_name_score(words) or _unnamed_id_score(profile)
    if profile.unique and _names_owner_only(words) and _are_codes(profile):
        worth = 8.0
    if worth == _CALLED_CUSTOMER and _are_names(profile):
        return 0.0
    if profile.type == "number" and profile.decimal_places:
        return 0.0
    if worth and profile.uniqueness < 0.9:
        worth = worth - 2.0 if profile.uniqueness > 0.3 or worth >= 8.0 else 0.0
    return max(0.0, worth) * profile.filled


def _id_name_score(words: list[str]) -> float:
    """How strongly a header suggests the customer id: 10 `customer id`, 5 `id`, 2 `uuid`."""
    together = "".join(words)
    if together in _IDS and together != "customer":
        return 10.0
    has_id = any(word in _ID_WORDS for word in words)
    if has_id and says(words, _OWNERS) and not says(words, _OTHERS):
        return 9.0 if len(words) == 2 else 6.0
    if together in ("id", "externalid"):
        return 7.0
    if together == "customer":
        return _CALLED_CUSTOMER
    if together in ("uuid", "guid", "key", "identifier", "number", "no", "nr", "nummer"):
        return 3.0
    if len(words) > 1 and words[-1] in ("id", "uid", "key", "uuid") and not says(words, _OTHERS):
        return 2.0
    return 0.0


_CALLED_CUSTOMER = 2.5
_NAMES_DIFFER = 0.8
_NAME = re.compile(r"[^\W\d_][^\W\d_.'’-]*[.]?(?:[ '’&.-]+[^\W\d_]+\.?)+")
"""At least two words and no digit."""


def _are_names(profile: ColumnProfile) -> bool:
    """Whether the values are words separated by spaces rather than ids."""
    return sum(" " in one.strip() for one in profile.examples) * 2 >= len(profile.examples)


_CODE = re.compile(r"(?=\S*\d)[^\W\d_]{0,6}[-_/.#]?(?:[A-Z]{0,3}\d[\w/-]*|[0-9a-fA-F-]{24,36})")
"""`T-001`, `0004512`, a UUID: letters before a number, without a space."""


def _names_owner_only(words: list[str]) -> bool:
    """Whether the header only names the kind of customer: `Account`, `Guest Profile`."""
    return bool(words) and all(says([word], _OWNERS) for word in words)


def _are_codes(profile: ColumnProfile) -> bool:
    return bool(profile.examples) and all(_CODE.fullmatch(one) for one in profile.examples)


def _unnamed_id_score(profile: ColumnProfile) -> float:
    """The score of an unnamed first column: numbers that never repeat are probably ids."""
    is_first = profile.column == "column 1" and profile.unique and profile.filled == 1.0
    numbers = all(one.isdigit() and len(one) > 2 for one in profile.examples)
    return 2.2 if is_first and profile.examples and numbers else 0.0


def guess_roles(profiles: list[ColumnProfile], taken: dict[str, Role]) -> dict[str, Role]:
    """Columns with a role, in addition to those in `taken`; all others are attributes."""
    roles = dict(taken)
    for profile in profiles:
        role = _role_by_name(profile)
        if role and role not in roles.values() and profile.column not in roles:
            roles[profile.column] = role
    if "first_seen_at" not in roles.values():
        roles |= _first_visit_as_start(profiles, roles)
    return roles | _names(profiles, roles)


def _first_visit_as_start(profiles: list[ColumnProfile], roles: dict[str, Role]) -> dict[str, Role]:
    """Use `First visit` as the start of the relationship when no other column holds it."""
    for profile in profiles:
        is_first = says(words_of(profile.column), header_hints.FIRST_TIME)
        if profile.type == "date" and is_first and profile.column not in roles:
            return {profile.column: "first_seen_at"}
    return {}


def _role_by_name(profile: ColumnProfile) -> Role | None:
    words = words_of(profile.column)
    if profile.is_email:
        return "owner" if says(words, (*header_hints.OWNER, "manager")) else "email"
    if profile.type == "date":
        return _date_role(words)
    if profile.type == "number":
        yearly = says(words, header_hints.YEARLY_VALUE) and header_hints.is_value(words)
        return "value" if yearly else None
    return _text_role(words, profile) if profile.type in ("text", "category") else None


def _text_role(words: list[str], profile: ColumnProfile) -> Role | None:
    if is_called(words, header_hints.TAGS):
        return "tags"
    if is_called(words, header_hints.SEGMENT):
        return "segment"
    if is_called(words, header_hints.OWNER):
        return "owner"
    if says(words, header_hints.LOCALE):
        return "locale" if all(len(word) in (2, 5) for word in profile.examples) else None
    return None


def _date_role(words: list[str]) -> Role | None:
    if leaving.is_leaving_date(words) or says(words, header_hints.CHANGED):
        return None
    if says(words, header_hints.RENEWAL) and not says(words, header_hints.NOT_RENEWAL):
        return "renewal_on"
    is_first = says(words, header_hints.FIRST_SEEN) and not says(words, header_hints.NOT_FIRST_SEEN)
    return "first_seen_at" if is_first else None


def _names(profiles: list[ColumnProfile], roles: dict[str, Role]) -> dict[str, Role]:
    """One full name, else first and last name, else the company name."""
    free = [
        p for p in profiles
        if p.column not in roles and p.type in ("text", "category") and p.filled > 0
    ]  # fmt: skip
    full = _column_named(free, _NAMES)
    last = _column_named(free, _LAST_NAMES) or _without_owner(free, _LAST_NAMES)
    first = _column_named(free, _FIRST_NAMES) or _without_owner(free, _FIRST_NAMES)
    if first and last:
        both: dict[str, Role] = {first: "first_name", last: "last_name"}
        return both | _company_role(free, {first, last})
    if last and full:  # `Nom` and `Prénom`, `Name` and `Vorname`
        return {full: "name"}
    if first and full and first != full:
        people: dict[str, Role] = {first: "first_name", full: "last_name"}
        return people | _company_role(free, {first, full})
    company = _column_named(free, _COMPANY_NAMES)
    chosen = (
        full or company or first or last or _column_ending_in_name(free) or _unnamed_names(free)
    )
    return {chosen: "name"} if chosen else {}


def _column_named(profiles: list[ColumnProfile], names: Words) -> str | None:
    for name in names:
        for profile in profiles:
            words = words_of(profile.column)
            if " ".join(words) == name or "".join(words) == name:
                return profile.column
    return None


def _company_role(free: list[ColumnProfile], people: set[str]) -> dict[str, Role]:
    """The company column beside people's names, where a row has one or the other."""
    company = _column_named(free, _COMPANY_NAMES)
    filled = {p.column: p.filled for p in free}
    if company is None or company in people or filled[company] == 1.0:
        return {}
    return {company: "name"} if any(filled[name] < 1.0 for name in people) else {}


def _without_owner(profiles: list[ColumnProfile], names: Words) -> str | None:
    """Name columns with a prefix for the owner: `account_first_name`, `customers.first_name`."""
    for profile in profiles:
        words = words_of(profile.column)
        if len(words) > 1 and says(words[:1], _OWNERS) and is_called(words[1:], names):
            return profile.column
    return None


def _unnamed_names(profiles: list[ColumnProfile]) -> str | None:
    """In a list without a header, the first column that looks like names of people or companies."""
    for profile in profiles:
        likely = [one for one in profile.examples if _NAME.fullmatch(one.strip())]
        mostly = len(likely) * 5 >= len(profile.examples) * 4
        if _is_nameless(profile) and profile.uniqueness > _NAMES_DIFFER and likely and mostly:
            return profile.column
    return None


def _column_ending_in_name(profiles: list[ColumnProfile]) -> str | None:
    """A column whose header ends in a name word and names nothing else: `Default Contact Name`."""
    not_people = ("stream", "page", "channel", "device",
                  "user", "file", "plan", "product", "domain", "brand", "city", "country", "store",
                  "card", "event", "campaign", "list", "owner", "segment", "deal", "source",
                  "stage", "manager", "csm", "bank", "tag", "lead source")  # fmt: skip
    for profile in profiles:
        words = words_of(profile.column)
        if words and words[-1] in ("name", "surname", "fullname") and not says(words, not_people):
            return profile.column
    return None
