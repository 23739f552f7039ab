"""Warnings about a file before it is imported, as sentences for a CSM.

Nothing here stops an import. Each warning names the column, what was found and what to do.
"""

import re
from datetime import timedelta

import msgspec
import polars as pl

from pulse import clock
from pulse.i18n.sentences import Sentence, Share, plural_sentence
from pulse.tabular import header_hints, parsing
from pulse.tabular.formats import file_warnings
from pulse.tabular.guesses import leaving
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.outcome_column import Label, LeakageCheck
from pulse.tabular.profiling import ColumnProfile, Sample
from pulse.tabular.readers import Source
from pulse.tabular.wording import (
    future_dates,
    repeated_rows,
    reversed_direction,
    same_outcome,
    unreadable_cells,
)

MOSTLY_MISSING = 0.5
_THREE_DIGITS = r"\d[.,]\d{3}(?:\D|$)"
_PAST = ("last", "created", "signup", "joined", "since", "seen", "letzte", "dernier", "ultimo")
# at most this share of a value's customers differ from the others (all stayed, or all left)
SURE_RATE = 0.002


class Caution(msgspec.Struct, frozen=True):
    """A warning about a column or the file.

    kind: reversed, leak, constant, mostly_missing, dotted_ids, synonyms, two_orders,
    ambiguous_dates, duplicates, unreadable, no_id, id_not_unique, no_header, no_metric, thousand,
    future, negative, case, and those of `formats.file_warnings`.

    control: the setting that resolves it, as named on the page, in the API and on the command line.
    """

    kind: str
    column: str
    text: str
    control: str = ""


_WEIGHT = ("no_id", "id_not_unique", "case", "no_header", "encoding", "sheets", "cut", "leak",
           "reversed", "two_orders", "duplicates")  # fmt: skip


def find_cautions(
    sample: Sample,
    profiles: list[ColumnProfile],
    mapping: Mapping,
    label: Label | None,
    against: dict[str, LeakageCheck],
    source: Source,
) -> list[Caution]:
    """All warnings, the most important first."""
    found = [*_about_file(sample, profiles, mapping)]
    found += [Caution(*one) for one in file_warnings.find(sample, mapping, source)]
    parts = {column.column: column for column in mapping.columns}
    for profile in profiles:
        found += _about_values(profile, parts[profile.column])
        found += _thousands(sample.frame[profile.column], profile)
        found += _about_figures(sample.frame[profile.column], profile, parts[profile.column])
        if label and profile.column in against:
            found += _about_outcome(profile, against[profile.column], mapping)
    return sorted(found, key=lambda c: _WEIGHT.index(c.kind) if c.kind in _WEIGHT else 99)


def _about_file(sample: Sample, profiles: list[ColumnProfile], mapping: Mapping) -> list[Caution]:
    found = []
    identity = mapping.column("id")
    if identity is None:
        text = Sentence(
            "No column looks like the customer's id. Choose the one that never repeats."
        )
        found.append(Caution("no_id", "", text, "what a column is"))
    elif mapping.kind == "customers":
        profile = next(p for p in profiles if p.column == identity.column)
        found += _repeated_ids(profile, sample.frame[identity.column])
    twice = len(sample.frame) - sample.frame.n_unique() if len(sample.frame) else 0
    if twice:
        text = repeated_rows(twice, len(sample.frame), once=mapping.kind == "customers")
        found.append(Caution("duplicates", "", text))
    if sample.ragged:
        text = plural_sentence(
            "{n} row has more cells than the header, or a stray quotation mark. Such rows are "
            "reported, not imported.",
            "{n} rows have more cells than the header, or a stray quotation mark. Such rows are "
            "reported, not imported.",
            sample.ragged,
        )
        found.append(Caution("unreadable", "", text))
    numbers = sum(bool(re.fullmatch(r"-?\d+([.,]\d+)?", p.column)) for p in profiles)
    if numbers * 2 > len(profiles):
        text = Sentence(
            "The first line looks like data. The file needs a line with the columns' names."
        )
        found.append(Caution("no_header", "", text, "header row"))
    if mapping.kind == "customers" and not any(column.is_metric for column in mapping.columns):
        text = Sentence(
            "No column was recognised as a metric: choose what makes a customer strong."
        )
        found.append(Caution("no_metric", "", text, "what a column is"))
    return found


def _repeated_ids(profile: ColumnProfile, raw: pl.Series) -> list[Caution]:
    found = []
    if profile.dotted_ids:
        text = Sentence(
            "The ids end in “.0”, as spreadsheets write numbers. Pulse leaves the “.0” out."
        )
        found.append(Caution("dotted_ids", profile.column, text))
    if not profile.unique:
        text = Sentence(
            "Some ids occur in several rows; only the first row of each can be imported."
        )
        found.append(Caution("id_not_unique", profile.column, text, "what a column is"))
    ids = parsing.stripped(raw).drop_nulls().unique()
    folded = ids.str.to_lowercase().n_unique()
    if folded < len(ids):
        text = plural_sentence(
            "{n} id differs from another one only in capital letters. Each counts as a separate "
            "customer; if they are the same, correct the list.",
            "{n} ids differ from another one only in capital letters. Each counts as a separate "
            "customer; if they are the same, correct the list.",
            len(ids) - folded,
        )
        found.append(Caution("case", profile.column, text))
    return found


def _about_values(profile: ColumnProfile, mapped: ColumnMapping) -> list[Caution]:
    found = []
    name = profile.column
    if profile.distinct == 1 and profile.filled == 1.0:
        value = "".join(profile.examples[:1])
        text = Sentence(
            "Every row says “{value}”, so the column does not tell customers apart.", value=value
        )
        found.append(Caution("constant", name, text))
    if profile.filled < MOSTLY_MISSING:
        empty = Share(1 - profile.filled)
        text = Sentence("{share} of the rows are empty here.", share=empty)
        found.append(Caution("mostly_missing", name, text))
    if profile.two_orders:
        text = Sentence(
            "Some dates have the day first, others the month. Choose one; the rest is reported."
        )
        found.append(Caution("two_orders", name, text, "date order"))
    elif profile.ambiguous_order:
        text = Sentence(
            "Day first or month first? Both fit all dates here. Pulse reads the day first."
        )
        found.append(Caution("ambiguous_dates", name, text, "date order"))
    if profile.unreadable > 0 and not profile.two_orders and mapped.reads_as == profile.type:
        text = unreadable_cells(profile, rejects=mapped.rejects)
        found.append(Caution("unreadable", name, text, "cells that cannot be read"))
    found += [
        Caution(
            "synonyms",
            name,
            Sentence("“{one}” and “{two}” look like the same thing.", one=one, two=other),
        )
        for one, other in synonyms(profile.words)
        if profile.type == "category"
    ]
    return found


def _thousands(raw: pl.Series, profile: ColumnProfile) -> list[Caution]:
    """Numbers that may have thousands separators or decimals, with an example from the file."""
    if not profile.thousands:
        return []
    texts = parsing.stripped(raw).drop_nulls()
    shown = texts.filter(texts.str.contains(_THREE_DIGITS)).head(1)
    read = parsing.numbers(shown, "," if profile.decimal == "," else ".").drop_nulls()
    if not len(read):
        return []
    said = Sentence(
        "“{text}” can be thousands or decimals. Pulse reads it as {number} here.",
        text=shown[0],
        number=f"{read[0]:g}",
    )
    return [Caution("thousand", profile.column, said, "decimal mark")]


def _about_figures(raw: pl.Series, profile: ColumnProfile, mapped: ColumnMapping) -> list[Caution]:
    """Dates in the future where the past is meant; negative values of counts."""
    text = parsing.stripped(raw)
    words = words_of(profile.column)
    if mapped.reads_as == "date":
        past = mapped.role in ("first_seen_at", "event_time") or header_hints.says(words, _PAST)
        read = parsing.dates(parsing.no_dates(text), mapped.date_order)
        late = int((read > clock.now() + timedelta(days=1)).sum())
        if past and late:
            said = future_dates(late, is_time=mapped.role == "event_time")
            return [Caution("future", profile.column, said, "date order")]
    is_count = mapped.signal == "tenure" or header_hints.says(words, header_hints.COUNTED)
    if mapped.reads_as == "number" and is_count:
        read = parsing.numbers(parsing.no_values(text), mapped.decimal)
        below = int((read < 0).sum())
        if below:
            said = plural_sentence(
                "{n} value is below zero, which is impossible for a count.",
                "{n} values are below zero, which is impossible for a count.",
                below,
            )
            return [Caution("negative", profile.column, said)]
    return []


def _about_outcome(
    profile: ColumnProfile, against: LeakageCheck, mapping: Mapping
) -> list[Caution]:
    name = profile.column
    mapped = next(column for column in mapping.columns if column.column == name)
    if mapped.role in ("id", "label", "name", "email"):
        return []
    if against.leaks:
        text = Sentence(
            "It alone tells who left, so it was probably recorded afterwards. It is left out."
        )
        return [Caution("leak", name, text)]
    if against.only_left:
        text = Sentence(
            "It is filled only for customers who left, so it was probably recorded afterwards. It "
            "is kept and not scored."
        )
        return [Caution("leak", name, text)]
    if leaving.filled_afterwards(words_of(name), against.auc):
        text = Sentence(
            "Its name is about leaving and it tells who left, so it was probably recorded "
            "afterwards. It is kept and not scored."
        )
        return [Caution("leak", name, text)]
    found = [
        Caution("leak", name, same_outcome(word, stayed=rate > 0.5))
        for word, rate in against.rates.items()
        if min(rate, 1 - rate) <= SURE_RATE
    ]
    named = header_hints.direction_of(words_of(name))
    if mapped.is_metric and profile.type == "number" and mapped.direction != named:
        text = reversed_direction(name, mapped.direction, against.auc)
        found.append(Caution("reversed", name, text))
    return found


def synonyms(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pairs of names that differ only in case, spaces or signs, or are each other's initials."""
    return [
        (one, other)
        for at, one in enumerate(words)
        for other in words[at + 1 :]
        if _plain(one) == _plain(other) or _initials(one, other) or _initials(other, one)
    ]


def _plain(word: str) -> str:
    return "".join(words_of(word))


def _initials(short: str, long: str) -> bool:
    """“CC” for “Credit Card”, “COD” for “Cash on Delivery”."""
    words = words_of(long)
    return len(words) > 1 and "".join(w[0] for w in words) == short.lower().strip()
