"""A first mapping for a file nobody has described: roles, types, signals, directions.

From the names of the columns, from their values, and, where the file says who left, from which
way each column goes with staying.
"""

import msgspec

from pulse.tabular import header_hints
from pulse.tabular.header_hints import says
from pulse.tabular.header_names import key_of, label_of, words_of
from pulse.tabular.mapping import ColumnMapping, Direction, Mapping, Role, Signal
from pulse.tabular.outcome_column import Against, Label
from pulse.tabular.profiling import ColumnProfile

MOST_LEVELS = 12


def guess_mapping(
    profiles: list[ColumnProfile], label: Label | None, against: dict[str, Against]
) -> Mapping:
    """The best guess for every column; a person looks at it before anything is imported."""
    if _is_event_list(profiles):
        return _event_mapping(profiles)
    roles = _roles(profiles, label)
    keys = _keys(profiles)
    return Mapping(
        tuple(
            _column(profile, roles.get(profile.column), keys, label, against)
            for profile in profiles
        )
    )


def guess_id(profiles: list[ColumnProfile]) -> str | None:
    """The column that names the customer: called so, and different in every row."""
    best = max(profiles, key=_id_worth, default=None)
    return best.column if best is not None and _id_worth(best) > 0 else None


def _id_worth(profile: ColumnProfile) -> float:
    words = words_of(profile.column)
    if profile.filled < 0.5 or says(words, header_hints.ROW_NUMBERS) or profile.type == "date":
        return 0.0
    together = "".join(words)
    worth = 0.0
    if says(words, header_hints.ID) or together in header_hints.ID:
        worth = 4.0 + 2.0 * says([together[:-2], *words], header_hints.ID_OWNERS)
    elif says(words, header_hints.ID_OWNERS) and says(words, ("number", "no", "nr", "code", "num")):
        worth = 4.0
    elif together in header_hints.ID_OWNERS:
        worth = 1.0
    if profile.unique and profile.type in ("text", "number") and not profile.is_email:
        worth += 3.0 if profile.type == "text" or worth else 0.5
    elif profile.unique and profile.is_email:
        worth += 0.25
    elif worth < 4.0:
        return 0.0
    return worth * profile.filled


def _roles(profiles: list[ColumnProfile], label: Label | None) -> dict[str, Role]:
    """Columns with a part of their own; the rest are metrics and attributes."""
    roles: dict[str, Role] = {}
    identity = guess_id(profiles)
    if identity:
        roles[identity] = "id"
    if label and label.column not in roles:
        roles[label.column] = "label"
    for profile in profiles:
        role = _role_by_name(profile)
        taken = role != "name" and role in roles.values()
        if role and not taken and profile.column not in roles:
            roles[profile.column] = role
    return roles


def _role_by_name(profile: ColumnProfile) -> Role | None:
    words = words_of(profile.column)
    if profile.is_email:
        return "email"
    if profile.type == "date":
        if says(words, header_hints.RENEWAL):
            return "renewal_on"
        return "first_seen_at" if says(words, header_hints.FIRST_SEEN) else None
    if profile.type == "number" and says(words, header_hints.YEARLY_VALUE):
        return "value"
    if profile.type in ("text", "category") and says(words, header_hints.LOCALE):
        return "locale" if all(len(word) in (2, 5) for word in profile.examples) else None
    is_name = says(words, ("name", "surname", "firstname", "lastname", "fullname"))
    if profile.type == "text" and is_name and not says(words, header_hints.OTHER_NAMES):
        return "name"
    return None


def _column(
    profile: ColumnProfile,
    role: Role | None,
    keys: dict[str, str],
    label: Label | None,
    against: dict[str, Against],
) -> ColumnMapping:
    base = ColumnMapping(
        profile.column,
        role or "attribute",
        profile.type,
        keys[profile.column],
        decimal="," if profile.decimal == "," else ".",
        date_order=profile.date_order,
    )
    if role == "label" and label:
        return _with(base, type="text", leaving=label.leaving)
    if role == "value":
        monthly = says(words_of(profile.column), header_hints.MONTHLY)
        return _with(
            base,
            type="number",
            times=12.0 if monthly else 1.0,
            signal="value",
            direction=_direction(words_of(profile.column), profile, against.get(profile.column)),
            label=label_of(profile.column),
        )
    if role == "first_seen_at":
        return _with(base, signal="tenure", direction="higher", label="Time as a customer")
    if role:
        return base
    if profile.distinct <= 1:
        return _with(base, role="ignore")
    return _metric_or_attribute(base, profile, against.get(profile.column))


def _metric_or_attribute(
    base: ColumnMapping, profile: ColumnProfile, against: Against | None
) -> ColumnMapping:
    words = words_of(profile.column)
    if against and against.leaks:
        return _with(base, role="ignore")
    if profile.type == "text" or says(words, header_hints.ABOUT_THE_PERSON):
        return base
    hinted = header_hints.signal_of(words)
    told = bool(against and against.tells)
    if hinted is None and not told:
        return base
    signal: Signal = hinted or "engagement"
    if profile.type == "category":
        return _category(base, against, hinted or "loyalty") if told else base
    return _with(
        base,
        role="metric",
        signal=signal,
        direction=_direction(words, profile, against),
        label=label_of(profile.column),
        unit=_unit(words),
    )


def _category(base: ColumnMapping, against: Against | None, signal: Signal) -> ColumnMapping:
    """A category is worth what its values tell about staying: the best 1, the worst 0."""
    rates = against.rates if against else {}
    if not 2 <= len(rates) <= MOST_LEVELS:
        return base
    low, high = min(rates.values()), max(rates.values())
    levels = {word: round((rate - low) / (high - low), 2) for word, rate in rates.items()}
    return _with(base, role="metric", signal=signal, levels=levels, label=label_of(base.column))


def _direction(words: list[str], profile: ColumnProfile, against: Against | None) -> Direction:
    """What the outcome shows, where it shows something; else what the name says.

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


def _keys(profiles: list[ColumnProfile]) -> dict[str, str]:
    """An attribute key for every column, no two the same."""
    keys: dict[str, str] = {}
    for profile in profiles:
        key, number = key_of(profile.column), 2
        while key in keys.values():
            key, number = f"{key_of(profile.column)}_{number}", number + 1
        keys[profile.column] = key
    return keys


def _with(base: ColumnMapping, **changes: object) -> ColumnMapping:
    return msgspec.structs.replace(base, **changes)


def _is_event_list(profiles: list[ColumnProfile]) -> bool:
    """Customer, kind and time in columns named so, and no customer stands once only."""
    named = {role for profile in profiles if (role := _event_role(profile))}
    return {"id", "event_kind", "event_time"} <= named


def _event_role(profile: ColumnProfile) -> Role | None:
    words = words_of(profile.column)
    text = " ".join(words)
    if text in ("customer", "customer id", "user id", "client id", "account id", "customerid"):
        return "id"
    if text in ("kind", "event", "event kind", "event type", "event name", "type", "action"):
        return "event_kind"
    if profile.type == "date" and says(words, ("time", "timestamp", "date", "occurred", "at")):
        return "event_time"
    if profile.type == "number" and says(words, ("amount", "value", "total", "price", "revenue")):
        return "event_amount"
    return "event_id" if text in ("event id", "message id", "messageid") else None


def _event_mapping(profiles: list[ColumnProfile]) -> Mapping:
    taken: set[Role] = set()
    keys = _keys(profiles)
    columns = []
    for profile in profiles:
        role = _event_role(profile)
        if role is None or role in taken:
            role = "attribute"
        taken.add(role)
        columns.append(
            ColumnMapping(
                profile.column,
                role,
                profile.type,
                keys[profile.column],
                decimal="," if profile.decimal == "," else ".",
                date_order=profile.date_order,
            )
        )
    return Mapping(tuple(columns), kind="events")
