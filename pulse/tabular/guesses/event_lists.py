"""Whether a list holds events rather than customers, and what role each of its columns has."""

from pulse.tabular.guesses.roles import guess_id
from pulse.tabular.header_hints import is_called, says
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import ColumnMapping, Mapping, Role
from pulse.tabular.profiling import ColumnProfile
from pulse.tabular.vocabulary import table

_CUSTOMER = table("headers", "events", "customer")
_KIND = table("headers", "events", "kind")
_ID = table("headers", "events", "id")
_TIME = table("headers", "events", "time")
_AMOUNT = table("headers", "events", "amount")
_HAPPENED_AT = table("headers", "events", "happened_at")
_ABOUT_CUSTOMERS = table("headers", "events", "about_customers")
_ABOUT_ORDERS = table("headers", "events", "about_orders")
_ORDER = table("headers", "events", "order")
FEWEST_ABOUT_ORDERS = 2
"""Number of columns typical of orders or invoices from which a list counts as one."""
WHOLE = 0.95
_NAMED = (
    (_ORDER, "order"),
    (("invoice", "invoices", "rechnung"), "invoice"),
    (("charge", "payment", "payments", "captured", "transaction"), "payment"),
    (("ticket", "case", "requester"), "ticket"),
    (("conversation", "conversations"), "conversation"),
    (("check in", "checkin", "visit", "visited", "attendance", "attended", "club"), "visit"),
    (("login", "session"), "login"),
    (("timestamp", "submitted", "response", "submission"), "response"),
)  # fmt: skip


def is_event_list(profiles: list[ColumnProfile]) -> bool:
    """Whether the list holds events.

    True with columns named like customer, kind and time; or with unique row ids, customers who
    occur several times, and a time.
    """
    roles = _roles(profiles)
    if {"id", "event_kind", "event_time"} <= set(roles.values()):
        return True
    return _is_ledger(profiles, roles) or _holds_visits(profiles, roles)


def event_mapping(profiles: list[ColumnProfile], keys: dict[str, str]) -> Mapping:
    """The mapping of an event list; a column without a role becomes a property."""
    roles = _roles(profiles)
    if "id" not in roles.values():
        identity = guess_id(profiles) or next((p.column for p in profiles if p.is_email), None)
        if identity and roles.get(identity) in (None, "event_id"):
            roles[identity] = "id"
    columns = tuple(
        ColumnMapping(
            profile.column,
            roles.get(profile.column, "attribute"),
            profile.type,
            keys[profile.column],
            decimal="," if profile.decimal == "," else ".",
            date_order=profile.date_order,
        )
        for profile in profiles
    )
    named = "" if "event_kind" in roles.values() else _event_name(profiles)
    return Mapping(columns, kind="events", event_name=named)


def _roles(profiles: list[ColumnProfile]) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for name in _CUSTOMER:
        _assign_role(roles, "id", [p for p in profiles if is_called(words_of(p.column), (name,))])
    returning = any(p.column in roles and p.uniqueness < 0.95 for p in profiles)
    kinds = (*_KIND, "type", "event label") if returning else _KIND
    _assign_role(roles, "event_kind", [p for p in profiles if is_called(words_of(p.column), kinds)])
    if "id" not in roles.values():
        emails = [p for p in profiles if p.is_email]
        _assign_role(roles, "id", emails if len(emails) == 1 else [])
    free = [p for p in profiles if p.column not in roles]
    times = [p for p in free if p.type == "date" and says(words_of(p.column), _TIME)]
    _assign_role(roles, "event_time", sorted(times, key=lambda p: -p.filled))
    amounts = [p for p in free if p.type == "number" and says(words_of(p.column), _AMOUNT)]
    _assign_role(roles, "event_amount", amounts)
    whole = [p for p in free if p.filled >= WHOLE]
    _assign_role(roles, "event_id", [p for p in whole if is_called(words_of(p.column), _ID)])
    if "event_id" not in roles.values():
        own = [p for p in whole if is_called(words_of(p.column), ("id",)) and p.unique]
        _assign_role(roles, "event_id", own or [p for p in whole if _are_order_numbers(p)])
    return roles


def _are_order_numbers(profile: ColumnProfile) -> bool:
    """Whether the values look like shop order numbers, such as `#1001`."""
    return bool(profile.examples) and all(one.startswith("#") for one in profile.examples)


def _assign_role(roles: dict[str, Role], role: Role, profiles: list[ColumnProfile]) -> None:
    if profiles and role not in roles.values():
        roles[profiles[0].column] = role


def _is_ledger(profiles: list[ColumnProfile], roles: dict[str, Role]) -> bool:
    """Whether it lists charges, orders or tickets: unique row id, repeated customers, a time."""
    if not {"id", "event_id", "event_time"} <= set(roles.values()):
        return False
    customer = next(p for p in profiles if roles.get(p.column) == "id")
    if "event_amount" in roles.values():
        about = sum(says(words_of(p.column), _ABOUT_ORDERS) for p in profiles)
        if about >= FEWEST_ABOUT_ORDERS:
            return True
        return customer.uniqueness < (0.8 if customer.is_email else 0.95)
    if any(is_called(words_of(p.column), _ABOUT_CUSTOMERS) for p in profiles):
        return False
    return customer.uniqueness < 0.95 and not customer.unique


def _holds_visits(profiles: list[ColumnProfile], roles: dict[str, Role]) -> bool:
    """Whether the list holds visits or form answers: a time, repeated people, no row id."""
    by_role = {roles[p.column]: p for p in profiles if p.column in roles}
    time, customer = by_role.get("event_time"), by_role.get("id")
    if time is None or customer is None or "event_id" in by_role:
        return False
    return is_called(words_of(time.column), _HAPPENED_AT) and customer.uniqueness < WHOLE


def _event_name(profiles: list[ColumnProfile]) -> str:
    words = [word for profile in profiles for word in words_of(profile.column)]
    for hints, name in _NAMED:
        if says(words, hints):
            return name
    return "event"
