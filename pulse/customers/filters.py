"""The filter of the customer list: the same for the page, its URL, REST and exports."""

import math
import re
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.customers.conditions import clause_of, numbered

MOST_DAYS = 36_500
"""A hundred years in days: any date can be shifted by this."""
CONTEXT_DAYS = 7
"""Days for which a declared state is valid."""
Days = Annotated[int, msgspec.Meta(ge=0, le=MOST_DAYS)]


class CustomerFilter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Each set field narrows the result; empty means no filter.

    Points are 0–100; changes may be < 0.
    """

    search: str = ""
    band: str = ""
    lifecycle: str = ""
    """onboarding, active, lapsed, left, or "current" (neither lapsed nor left)."""
    context: str = ""
    """A context type, "any", or "calls" (stuck or frustrated)."""
    declared_within_days: Days | None = None
    """The state was declared within so many days, and is still valid."""
    segment: str = ""
    has_segment: bool | None = None
    cluster: str = ""
    """The name of a discovered cluster."""
    tag: str = ""
    owner: str = ""
    """A staff id, "nobody" (unassigned), or "anybody" (assigned)."""
    strength_from: float | None = None
    strength_to: float | None = None
    change_7d_from: float | None = None
    """Changes are compared as they are shown, in whole points; both limits included."""
    change_7d_to: float | None = None
    change_30d_from: float | None = None
    change_30d_to: float | None = None
    value_from: float | None = None
    orders_from: Days | None = None
    orders_to: Days | None = None
    """The number of orders, cancelled ones excluded; both limits included."""
    silent_days: Days | None = None
    """No sign of life for at least this many days."""
    renewal_within_days: Days | None = None
    renewal_from: date | None = None
    renewal_to: date | None = None
    """The first and the last day of the renewal, both included."""
    touch: str = ""
    """"due": the next follow-up is today or overdue; "planned": there is one."""
    open_card: bool | None = None
    widget_within_days: Days | None = None
    """The customer had the widget open within so many days."""
    coverage_below: float | None = None
    where: str = ""
    """Conditions built by hand; see `pulse.customers.conditions`."""


SCORED = frozenset(
    {
        "band",
        "lifecycle",
        "strength_from",
        "strength_to",
        "change_7d_from",
        "change_7d_to",
        "change_30d_from",
        "change_30d_to",
        "coverage_below",
        "orders_from",
        "orders_to",
    }
)
"""Fields about the score only."""
BESIDE = frozenset({"search", "cluster", "touch", "open_card"})
"""Fields that need a subquery on another table than customers and scores."""


def given(chosen: CustomerFilter | None) -> frozenset[str]:
    """The names of the fields that are set."""
    if chosen is None:
        return frozenset()
    names = {n for n in chosen.__struct_fields__ if getattr(chosen, n) not in (None, "")}
    # also customers without a score, about whom scores say nothing
    if chosen.lifecycle == "current":
        names.add("unscored")
    return frozenset(names if words_query(chosen) else names - {"search"})


def conditions(business_id: UUID, chosen: CustomerFilter | None) -> tuple[str, list[Any]]:
    """A WHERE clause over `scored_customers c`, and its arguments; $1 is the business."""
    clauses, args = clauses_of(business_id, chosen)
    return " AND ".join(clauses), args


def clauses_of(business_id: UUID, chosen: CustomerFilter | None) -> tuple[list[str], list[Any]]:
    """Like `conditions`, as a list of clauses."""
    clauses = ["c.business_id = $1"]
    args: list[Any] = [business_id]
    for clause, value in _parts(chosen or CustomerFilter()):
        if "$" in clause:
            args.append(value)
        clauses.append(clause.replace("$", f"${len(args)}"))
    if chosen is not None and chosen.where:
        clause, values = clause_of(chosen.where)
        clauses.append(numbered(clause, len(args)))
        args += values
    return clauses, args


def _parts(chosen: CustomerFilter) -> list[tuple[str, Any]]:
    given = [(clause, _bound(chosen, name)) for name, clause in BOUNDS.items()]
    parts = [(clause, value) for clause, value in given if value not in (None, "")]
    parts += _dates(chosen)
    if chosen.has_segment is not None:
        parts.append((f"c.segment {'<>' if chosen.has_segment else '='} ''", None))
    parts += _lifecycle(chosen)
    parts += _words(chosen) + _declared(chosen) + _owner(chosen) + _touch(chosen)
    if chosen.open_card is not None:
        parts.append(((OPEN_CARD if chosen.open_card else f"NOT {OPEN_CARD}"), None))
    return parts


def change_at_least(points: float) -> float:
    """Return the smallest change whose rounded number, as it is shown, is at least `points`."""
    whole = math.ceil(points)
    edge = whole - 0.5  # a half is rounded to the even number
    return edge if whole % 2 == 0 else math.nextafter(edge, math.inf)


def change_at_most(points: float) -> float:
    """Return the largest change whose rounded number, as it is shown, is at most `points`."""
    return -change_at_least(-points)


def _bound(chosen: CustomerFilter, name: str) -> Any:
    """The value to compare with: of a change, where its rounded number begins or ends."""
    value, shown = getattr(chosen, name), CHANGES.get(name)
    return value if value is None or shown is None or not math.isfinite(value) else shown(value)


CHANGES = {
    "change_7d_from": change_at_least,
    "change_7d_to": change_at_most,
    "change_30d_from": change_at_least,
    "change_30d_to": change_at_most,
}
BOUNDS = {
    "band": "c.band = $",
    "segment": "c.segment = $",
    "cluster": "EXISTS (SELECT FROM customer_clusters k WHERE k.business_id = c.business_id "
    "AND k.customer_id = c.id AND k.name = $)",
    "tag": "c.tags <> '{}' AND c.tags @> ARRAY[$::text]",  # the first tag, for the index on tags
    "strength_from": "c.identity_strength >= $",
    "strength_to": "c.identity_strength < $",
    "change_7d_from": "c.change_7d >= $",
    "change_7d_to": "c.change_7d <= $",
    "change_30d_from": "c.change_30d >= $",
    "change_30d_to": "c.change_30d <= $",
    "value_from": "c.yearly_value >= $",
    "orders_from": "c.orders >= $",
    "orders_to": "c.orders <= $",
    "coverage_below": "c.coverage < $",
    "renewal_from": "c.renewal_on >= $",
    "renewal_to": "c.renewal_on <= $",
}
CURRENT = "coalesce(c.lifecycle, 'active') NOT IN ('lapsed', 'left')"
"""Current customers, including those not scored yet."""
OPEN_CARD = (
    "EXISTS (SELECT FROM conversation_cards k WHERE k.business_id = c.business_id "
    "AND k.customer_id = c.id AND k.status IN ('pending', 'snoozed'))"
)


def words_query(chosen: CustomerFilter) -> str:
    """The search as a tsquery: each word must begin a word of the name, e-mail or id."""
    words = re.findall(r"[^\s&|!():*'\\<>]+", chosen.search)
    return " & ".join(f"'{word}':*" for word in words[:8])


def _words(chosen: CustomerFilter) -> list[tuple[str, Any]]:
    query = words_query(chosen)
    if not query:
        return []
    return [
        (
            "c.id IN (SELECT w.customer_id FROM own_words w "
            "WHERE w.words @@ to_tsquery('simple', $))",
            query,
        )
    ]


def _dates(chosen: CustomerFilter) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = []
    if chosen.silent_days is not None:
        parts.append(("c.last_event_at < $", clock.now() - timedelta(days=chosen.silent_days)))
    if chosen.declared_within_days is not None:
        left = CONTEXT_DAYS - chosen.declared_within_days
        ending = clock.now() + timedelta(days=max(0, left))
        parts += [("c.context_type IS NOT NULL", None), ("c.context_expires_at > $", ending)]
    if chosen.widget_within_days is not None:
        since = clock.now() - timedelta(days=chosen.widget_within_days)
        parts.append(("c.widget_seen_at > $", since))
    if chosen.renewal_within_days is not None:
        until = clock.today() + timedelta(days=chosen.renewal_within_days)
        parts += [("c.renewal_on >= $", clock.today()), ("c.renewal_on <= $", until)]
    return parts


def _lifecycle(chosen: CustomerFilter) -> list[tuple[str, Any]]:
    if not chosen.lifecycle:
        return []
    return (
        [(CURRENT, None)]
        if chosen.lifecycle == "current"
        else [("c.lifecycle = $", chosen.lifecycle)]
    )


def _declared(chosen: CustomerFilter) -> list[tuple[str, Any]]:
    if not chosen.context:
        return []
    live = ("c.context_expires_at > $", clock.now())
    if chosen.context == "any":
        return [("c.context_type IS NOT NULL", None), live]
    if chosen.context == "calls":
        return [("c.context_type IN ('stuck', 'frustrated')", None), live]
    return [("c.context_type = $", chosen.context), live]


def _touch(chosen: CustomerFilter) -> list[tuple[str, Any]]:
    if not chosen.touch:
        return []
    planned = (
        "c.id IN (SELECT t.customer_id FROM customer_touches t WHERE t.business_id = c.business_id"
    )
    if chosen.touch == "due":
        return [(f"{planned} AND t.due_on <= $::date)", clock.today())]
    return [(f"{planned})", None)]


def _owner(chosen: CustomerFilter) -> list[tuple[str, Any]]:
    if not chosen.owner:
        return []
    if chosen.owner == "nobody":
        return [("c.owner_id IS NULL", None)]
    if chosen.owner == "anybody":
        return [("c.owner_id IS NOT NULL", None)]
    try:
        # as a uuid, so that the index is used
        return [("c.owner_id = $::uuid", UUID(chosen.owner))]
    except ValueError:
        return [("false", None)]
