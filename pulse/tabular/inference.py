"""A first mapping for an unknown file: roles, types, signals and directions.

Based on the column names, the values and, where the file says who left, how each column relates
to staying.
"""

import msgspec

from pulse.tabular import header_hints
from pulse.tabular.guesses import leaving, own_files, roles
from pulse.tabular.guesses.event_lists import event_mapping, is_event_list
from pulse.tabular.guesses.meaning import is_code
from pulse.tabular.guesses.roles import guess_id
from pulse.tabular.guesses.sensitive import sensitive_kind, sensitive_values
from pulse.tabular.header_hints import says
from pulse.tabular.header_names import key_of, label_of, words_of
from pulse.tabular.mapping import ColumnMapping, Direction, Kind, Mapping, Role, Signal
from pulse.tabular.outcome_column import Label, LeakageCheck
from pulse.tabular.profiling import ColumnProfile

__all__ = ["guess_id", "guess_mapping"]
MOST_LEVELS = 12
MOSTLY = 0.5


def guess_mapping(
    profiles: list[ColumnProfile],
    label: Label | None,
    against: dict[str, LeakageCheck],
    kind: Kind | None = None,
) -> Mapping:
    """The best guess for every column; a person confirms it before anything is imported.

    kind: what the list holds, if known; otherwise it is detected.
    """
    if kind == "events" or (kind is None and is_event_list(profiles)):
        return event_mapping(profiles, keys_of(profiles))
    parts = _roles(profiles, label)
    keys = keys_of(profiles)
    columns = tuple(
        _column(profile, parts.get(profile.column), keys, label, against) for profile in profiles
    )
    if own_files.is_export([profile.column for profile in profiles]):
        columns = tuple(own_files.without_copy(column) for column in columns)
    return Mapping(columns)


def _roles(profiles: list[ColumnProfile], label: Label | None) -> dict[str, Role]:
    """Columns with a role; the rest become metrics and attributes."""
    taken = own_files.roles([profile.column for profile in profiles])
    identity = guess_id(profiles)
    if identity and "id" not in taken.values():
        taken[identity] = "id"
    if label and label.column not in taken:
        taken[label.column] = "label"
    return roles.guess_roles(profiles, taken)


def _column(
    profile: ColumnProfile,
    role: Role | None,
    keys: dict[str, str],
    label: Label | None,
    against: dict[str, LeakageCheck],
) -> ColumnMapping:
    base = ColumnMapping(
        profile.column,
        role or "attribute",
        profile.type,
        keys[profile.column],
        decimal="," if profile.decimal == "," else ".",
        date_order=profile.date_order,
    )
    if role:
        return _of_role(base, profile, label, against)
    if own_files.key_of_export(profile.column) and profile.distinct:
        return _metric_or_attribute(base, profile, against.get(profile.column))
    if profile.distinct == 0 or (profile.distinct == 1 and profile.filled == 1.0):
        return _with_changes(base, role="ignore", had_values=False)
    if profile.distinct == 1:
        return base
    return _metric_or_attribute(base, profile, against.get(profile.column))


def _of_role(
    base: ColumnMapping,
    profile: ColumnProfile,
    label: Label | None,
    against: dict[str, LeakageCheck],
) -> ColumnMapping:
    """A column with a role, and the settings that belong to this role."""
    if base.role == "id" and profile.is_email:
        return _with_changes(base, type="email")
    if base.role == "label" and label and label.date_order:
        return _with_changes(base, type="date", on_unread="empty")
    if base.role == "label" and label:
        return _with_changes(base, type="text", leaving=label.leaving)
    if base.role == "value":
        words = words_of(profile.column)
        return _with_changes(
            base,
            type="number",
            times=12.0 if says(words, header_hints.MONTHLY) else 1.0,
            signal="value",
            direction=_direction(words, profile, against.get(profile.column)),
            label=label_of(profile.column),
        )
    if base.role == "first_seen_at":
        return _with_changes(base, signal="tenure", direction="higher", label="Time as a customer")
    return base


def _metric_or_attribute(
    base: ColumnMapping, profile: ColumnProfile, against: LeakageCheck | None
) -> ColumnMapping:
    words = words_of(profile.column)
    if not _may_count(words, profile):
        return base
    if against and against.leaks:
        return _with_changes(base, role="ignore")
    if profile.type not in ("number", "flag", "category", "date") or _is_personal(words, profile):
        return base
    if against and (against.only_left or leaving.filled_afterwards(words, against.auc)):
        return base
    hinted = header_hints.signal_of(words)
    told = bool(against and against.tells)
    if hinted is None and not told:
        return base
    signal: Signal = hinted or "engagement"
    if profile.type == "category":
        return _category(base, against, hinted or "loyalty") if told else base
    return _with_changes(
        base,
        role="metric",
        signal=signal,
        direction=_direction(words, profile, against),
        label=label_of(profile.column),
        unit=_unit(words),
    )


def _is_personal(words: list[str], profile: ColumnProfile) -> bool:
    """Whether a column is about the person, which no default scorecard counts."""
    sensitive = sensitive_kind(profile.column) or sensitive_values(profile.words)
    return bool(sensitive) or says(words, header_hints.ABOUT_THE_PERSON) or is_code(words)


def _may_count(words: list[str], profile: ColumnProfile) -> bool:
    """Whether a column can be a metric: no date in the future, not the day of leaving."""
    if says(words, header_hints.COMING):
        return False
    if profile.type != "date":
        hinted = header_hints.signal_of(words)
        return header_hints.is_value(words) or hinted in ("satisfaction", "loyalty", "tenure")
    is_past = header_hints.is_activity_date(words) and profile.coming < MOSTLY
    return is_past and not leaving.is_leaving_date(words)


def _category(base: ColumnMapping, against: LeakageCheck | None, signal: Signal) -> ColumnMapping:
    """Level values of a category, from how its values relate to staying: best 1, worst 0."""
    rates = against.rates if against else {}
    if not 2 <= len(rates) <= MOST_LEVELS:
        return base
    low, high = min(rates.values()), max(rates.values())
    levels = {word: round((rate - low) / (high - low), 2) for word, rate in rates.items()}
    return _with_changes(
        base, role="metric", signal=signal, levels=levels, label=label_of(base.column)
    )


def _direction(words: list[str], profile: ColumnProfile, against: LeakageCheck | None) -> Direction:
    """The direction that the outcome shows; where it shows none, the one the name suggests.

    A date is measured as its age, so a later date is a lower value.
    """
    if against and against.tells and profile.type != "flag":
        rises = against.auc > 0.5
        return "higher" if rises != (profile.type == "date") else "lower"
    if against and against.tells and len(against.rates) == 2:
        yes = [rate for word, rate in against.rates.items() if _is_yes(word)]
        return "higher" if yes and yes[0] == max(against.rates.values()) else "lower"
    named = header_hints.direction_of(words)
    return "lower" if profile.type == "date" and named == "higher" else named


def _is_yes(word: str) -> bool:
    return word.lower() in ("yes", "y", "true", "t", "1", "1.0", "on", "ja", "oui", "si", "x")


def _unit(words: list[str]) -> str:
    counted = ("days", "months", "years", "hours", "minutes", "orders", "visits", "points", "calls")
    for word in words:
        if word in counted or f"{word}s" in counted:
            return word if word in counted else f"{word}s"
    return "months" if words == ["tenure"] else ""


def keys_of(profiles: list[ColumnProfile]) -> dict[str, str]:
    """An attribute key for every column; all keys are different."""
    keys: dict[str, str] = {}
    # these columns already have keys
    exported = [p for p in profiles if own_files.key_of_export(p.column)]
    for profile in [*exported, *(p for p in profiles if p not in exported)]:
        plain = own_files.key_of_export(profile.column) or key_of(profile.column)
        key, number = plain, 2
        while key in keys.values():
            key, number = f"{plain}_{number}", number + 1
        keys[profile.column] = key
    return keys


def _with_changes(base: ColumnMapping, **changes: object) -> ColumnMapping:
    return msgspec.structs.replace(base, **changes)
