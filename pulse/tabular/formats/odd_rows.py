"""Rows that are no data: a header that is missing or repeated, totals, footers."""

import re

from pulse.tabular.header_names import words_of

_NUMBER = re.compile(r"[-+]?[$€£¥]?\s?\d[\d.,' ]*\s?[%€]?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T]\d{1,2}:\d{2}.*)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_HEADER_WORDS = frozenset(
    [
        "id",
        "name",
        "email",
        "mail",
        "customer",
        "kunde",
        "kundennr",
        "kundennummer",
        "firma",
        "company",
        "account",
        "user",
        "client",
        "date",
        "datum",
        "created",
        "signup",
        "status",
        "plan",
        "type",
        "tags",
        "phone",
        "city",
        "country",
        "value",
        "amount",
        "total",
        "orders",
        "first",
        "last",
        "number",
        "nr",
        "no",
        "code",
        "event",
        "time",
        "kind",
        "segment",
        "owner",
        "address",
        "zip",
    ]
)
_FEWEST_ROWS = 2

TOTALS = r"(?i)^\W*(?:grand |sub)?totals?\b|^\W*(?:summe|gesamt|gesamtsumme|zwischensumme|sum|"
TOTALS += r"total g[ée]n[ée]ral|suma|totale|totaal|razem|合計|总计)\W*$"
FOOTER = (
    r"(?i)copyright|©|confidential|all rights reserved|generated (?:by|on|at)|exported (?:by|on)|"
    r"^report\b|total records|as of \d|rows? (?:returned|exported)|^-+ ?end|vertraulich|"
    r"erstellt (?:am|von)"
)


def is_missing(header: list[str], below: list[list[str]]) -> bool:
    """Whether the first line is data: none of its cells is a name of a column, and figures, dates
    and addresses stand in it where they stand below."""
    if len(below) < _FEWEST_ROWS or any(_is_name(cell) for cell in header):
        return False
    kinds = [_kind(cell) for cell in header]
    alike = [
        at for at, kind in enumerate(kinds)
        if kind not in ("text", "blank") and _mostly(kind, at, below)
    ]  # fmt: skip
    texts = [at for at, kind in enumerate(kinds) if kind == "text"]
    return bool(alike) and all(_mostly("text", at, below) for at in texts)


def _is_name(cell: str) -> bool:
    return bool(_HEADER_WORDS & set(words_of(cell)))


def _mostly(kind: str, at: int, below: list[list[str]]) -> bool:
    cells = [_kind(row[at]) for row in below if at < len(row)]
    filled = [one for one in cells if one != "blank"]
    return bool(filled) and filled.count(kind) * 2 > len(filled)


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "blank"
    for kind, pattern in (("date", _DATE), ("number", _NUMBER), ("email", _EMAIL)):
        if pattern.fullmatch(text):
            return kind
    return "text"
