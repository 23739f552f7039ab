"""Reuse an earlier mapping for a list that has changed a little.

Known columns keep their mapping, new columns are guessed, and each difference is reported.
"""

import msgspec

from pulse.i18n.sentences import Sentence, plural_sentence
from pulse.tabular.guesses import own_files
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.profiling import ColumnProfile

LEAST_SHARED = 0.6
"""The share of a remembered mapping's columns that a list of the same kind must have."""


def plain(column: str) -> str:
    """A column name in lower case with single spaces, for comparison."""
    return " ".join(column.casefold().split())


def similarity(mapping: Mapping, columns: tuple[str, ...]) -> float:
    """The share of a mapping's columns that a list has, 0 to 1; 0 when the id column is missing."""
    known = {plain(column.column) for column in mapping.columns}
    here = {plain(column) for column in columns}
    identity = mapping.column("id")
    if not known or identity is None or plain(identity.column) not in here:
        return 0.0
    return len(known & here) / len(known | here)


def adapted(
    known: Mapping, guessed: Mapping, profiles: list[ColumnProfile]
) -> tuple[Mapping, list[str]]:
    """The known mapping adapted to this list's columns, and the differences as sentences."""
    before = {plain(column.column): column for column in known.columns}
    found = {profile.column: profile for profile in profiles}
    taken: set[str] = {column.role for column in known.columns}
    columns, new = [], []
    changed: list[str] = []
    for guess in guessed.columns:
        old = before.get(plain(guess.column))
        if old is None:
            if guess.column not in own_files.ERROR_COLUMNS:
                new.append(guess.column)
            columns.append(_without_clash(guess, taken))
            continue
        column = _adapt_column(old, guess, found[guess.column])
        if column.role != old.role and old.role == "ignore":
            column = _without_clash(column, taken)
            changed.append(
                Sentence("“{column}” has values now and is offered again.", column=guess.column)
            )
        elif column.type != old.type:
            changed.append(
                Sentence(
                    "“{column}” is read as {type} now, as {before} before.",
                    column=guess.column,
                    type=Sentence(column.type),
                    before=Sentence(old.type),
                )
            )
        columns.append(column)
    here = {plain(column.column) for column in guessed.columns}
    missing = [c.column for c in known.columns if plain(c.column) not in here]
    mapping = msgspec.structs.replace(known, columns=tuple(columns))
    return mapping, [*_new(new), *_missing(missing), *changed]


def _new(columns: list[str]) -> list[str]:
    if not columns:
        return []
    return [
        plural_sentence(
            "{n} new column: {names}.",
            "{n} new columns: {names}.",
            len(columns),
            names=_names(columns),
        )
    ]


def _missing(columns: list[str]) -> list[str]:
    if not columns:
        return []
    return [
        plural_sentence(
            "{n} missing column: {names}.",
            "{n} missing columns: {names}.",
            len(columns),
            names=_names(columns),
        )
    ]


def _names(columns: list[str]) -> str:
    """The first five, and how many more there are."""
    names = ", ".join(f"“{name}”" for name in columns[:5])
    if len(columns) <= 5:
        return names
    return Sentence("{names} and {n} more", names=names, n=len(columns) - 5)


def _adapt_column(
    old: ColumnMapping, guess: ColumnMapping, profile: ColumnProfile
) -> ColumnMapping:
    """The old column with its present name; its type changes when the values no longer fit."""
    column = msgspec.structs.replace(old, column=guess.column)
    if old.role == "ignore" and not old.had_values and guess.role != "ignore":
        return guess
    if old.type == "flag" and profile.type == "number":
        return msgspec.structs.replace(column, type="number", decimal=guess.decimal)
    if old.role == "attribute" and old.type in ("number", "flag") and _is_text(profile):
        return msgspec.structs.replace(column, type=profile.type)
    if column.reads_as == "date" and profile.type == "date":
        return _date_order(column, guess, profile)
    if column.reads_as == "number" and profile.type == "number" and not profile.thousands:
        return msgspec.structs.replace(column, decimal=guess.decimal)
    return column


def _date_order(old: ColumnMapping, guess: ColumnMapping, profile: ColumnProfile) -> ColumnMapping:
    """The date order of this list; the earlier one where both fit."""
    if profile.ambiguous_order:
        return old
    return msgspec.structs.replace(old, date_order=guess.date_order)


def _is_text(profile: ColumnProfile) -> bool:
    return profile.distinct > 1 and profile.type in ("text", "phone", "category", "email", "url")


def _without_clash(column: ColumnMapping, taken: set[str]) -> ColumnMapping:
    """The new column without a role that another column already has."""
    if column.role in ("attribute", "metric", "ignore") or column.role not in taken:
        return column
    return msgspec.structs.replace(column, role="attribute")
