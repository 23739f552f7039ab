"""Customers as table rows: the columns and their values."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers.repository import CustomerRow
from pulse.scoring.metrics.orders import HABIT_ORDERS
from pulse.scoring.named.assignment import card_names
from pulse.scoring.scorecard_store import DEFAULT_NAME
from ui import kit
from ui.formatters import ago, ahead, money, number, percent, plural, short_day
from ui.kit.badges import band_name, state_words
from ui.kit.table import Row
from ui.runtime.single_flight import shared
from ui.texts import gettext, marked

ACTIVITY = marked("The last order; of customers without orders the last event")
COLUMNS = [
    kit.Column("name", "Customer", "person", sortable=True),
    kit.Column("identity_strength", "Strength", "number", sortable=True),
    kit.Column("change_7d", "7 days", "change", sortable=True),
    kit.Column("change_30d", "30 days", "change", narrow=False),
    kit.Column("band", "Band", "band", narrow=False),
    kit.Column("state", "Status", "state", narrow=False),
    kit.Column("segment", "Segment", "quiet", narrow=False),
    kit.Column("owner", "Owner", "quiet", narrow=False),
    kit.Column("value", "Value a year", "number", sortable=True, narrow=False),
    kit.Column(
        "value_at_risk",
        "Value at risk",
        "number",
        sortable=True,
        narrow=False,
        hint=marked("Value a year × chance to lapse or leave"),
    ),
    kit.Column("renewal_on", "Renewal", "number", sortable=True, narrow=False),
    kit.Column(
        "last_event_at", "Last activity", "number", sortable=True, narrow=False, hint=ACTIVITY
    ),
    kit.Column("against", "Top negative driver", "quiet", narrow=False),
    kit.Column("last_touch", "Last contact", "number", narrow=False),
    kit.Column("tags", "Tags", "quiet", narrow=False),
    kit.Column("coverage", "Data coverage", "number", narrow=False),
    kit.Column("scorecard", "Scorecard", "quiet", narrow=False),
]
SEVERAL_ONLY = ("scorecard",)
"""Columns that are shown only where there are several scorecards."""
AT_WISH = ("against", "last_touch", "tags", "coverage")
"""Columns that are hidden unless chosen."""

MOVER_COLUMNS = [
    kit.Column("name", "Customer", "person"),
    kit.Column("band", "Band", "band"),
    kit.Column("identity_strength", "Strength", "score"),
]


def scorecard_name(name: str) -> str:
    """Return the name of a scorecard; that of the default one in the reader's language."""
    return gettext(name) if name == DEFAULT_NAME else name


def scored_by(name: str | None) -> str:
    """Return which scorecard scored somebody; empty where there is only one."""
    if not name:
        return ""
    return gettext("Scored by the scorecard “{name}”").format(name=scorecard_name(name))


async def scorecard_names(scope: Scope, customers: Sequence[UUID]) -> dict[UUID, str]:
    """Return the name of each customer's scorecard, as shown; empty where there is only one.

    Read once for all pages that ask for the same customers at the same time.
    """
    key = ("scorecards", scope.business_id, *customers)
    names = await shared(key, lambda: card_names(scope, customers))
    return {who: scorecard_name(name) for who, name in names.items()}


def with_scorecard(words: str, scorecard: str) -> str:
    """Return these words and, where there are several scorecards, the name of one."""
    return " · ".join(filter(None, [words, scorecard]))


def address_of(external_id: str) -> str:
    """Return the URL of a customer; characters that would end the id are written ~2f, ~3f, …"""
    return f"/customers/{_ENDS.sub(lambda found: f'~{ord(found[0]):02x}', external_id)}"


def id_in(address: str) -> str:
    """Return the customer's id from the last part of such a URL."""
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), address)


_ENDS, _WRITTEN = re.compile(r"[/?#%\\~]"), re.compile("~([0-9a-f]{2})")


def customer_row(row: CustomerRow, currency: str) -> Row:
    """Return one row of the customer list."""
    now = clock.now()
    return {
        "id": str(row.id),
        **band_cell(row.band, row.lifecycle),
        "segment": row.segment,
        "tags": ", ".join(row.tags),
        "coverage": percent(row.coverage),
        "owner": row.owner or "",
        "identity_strength": number(row.identity_strength),
        "renewal_on": short_day(row.renewal_on, now),
        "last_event_at": ago(seen, now) if (seen := row.last_order_at or row.last_event_at) else "",
        **kit.cells.change(row.change_7d, "change_7d"),
        **kit.cells.change(row.change_30d, "change_30d"),
        **_person(row, _in_brief(row, currency)),
        **kit.cells.state(declared(row), until(row)),
        **kit.cells.amount(row.yearly_value, currency),
        **kit.cells.amount(
            row.value_at_risk,
            currency,
            "value_at_risk",
            hint=risk_in_words(msgspec.structs.asdict(row), currency),
            short=False,
        ),
    }


def risk_in_words(known: Mapping[str, Any], currency: str) -> str:
    """Return how a customer's value at risk is made up; "" without one."""
    at_risk, value = known["value_at_risk"], known["yearly_value"]
    if not at_risk or not value or at_risk > value:
        return ""
    words = (
        gettext("{value} a year × {chance} chance to lapse")
        if known["orders"]
        else gettext("{value} a year × {chance} chance to leave")
    )
    chance = percent(at_risk / value)
    return words.format(value=money(value, currency, short=False), chance=chance)


def mover_row(row: CustomerRow, scorecard: str = "") -> Row:
    """Return a customer's row with the change over a week.

    scorecard: its name where there are several, to stand under the customer's.
    """
    return {
        "id": str(row.id),
        **band_cell(row.band, row.lifecycle),
        **_person(row, scorecard=scorecard),
        **kit.cells.score(row.identity_strength, row.change_7d, 7, "identity_strength"),
    }


def value_label(known: Mapping[str, Any]) -> str:
    """Return the label of a customer's value; for customers who left it is a past value."""
    return gettext("Value before leaving" if known["lifecycle"] == "left" else "Value a year")


def value_in_words(known: Mapping[str, Any], currency: str) -> str:
    """Return a customer's value a year, and the imported one where orders tell another."""
    value, imported = known["yearly_value"], known["value"]
    words = money(value, currency, short=False)
    if value is None or imported is None or round(value) == round(imported):
        return words
    return gettext("{value} by orders, {imported} as imported").format(
        value=words, imported=money(imported, currency, short=False)
    )


OUTSIDE_WORDS = marked({"onboarding": "new", "lapsed": "lapsed", "left": "left"})
"""Text shown instead of a band for customers without one, by lifecycle."""


def band_badge(band: str | None, lifecycle: str | None) -> tuple[str, str]:
    """Return (text, tone) of the band's badge or its substitute; ("", "") without either."""
    if band:
        return band_name(band), band
    words = gettext(OUTSIDE_WORDS.get(lifecycle or "", ""))
    return words, "accent" if lifecycle == "onboarding" else ""


def band_cell(band: str | None, lifecycle: str | None) -> dict[str, str]:
    """Return the values of a `band` cell."""
    words, tone = band_badge(band, lifecycle)
    return {"band": words, "band_tone": tone}


def state_of(context_type: str | None, expires_at: datetime | None) -> tuple[str, str]:
    """Return (text, tone) of a declared state's badge; ("", "") when it has expired."""
    now = clock.now()
    if context_type is None or expires_at is None or expires_at <= now:
        return "", ""
    words, tone = state_words(context_type)
    return gettext("{words} · until {expires_at}").format(
        words=words, expires_at=short_day(expires_at, now)
    ), tone


def declared(row: CustomerRow) -> str | None:
    """Return the state that is valid now, if any."""
    if row.context_type is None or row.context_expires_at is None:
        return None
    return row.context_type if row.context_expires_at > clock.now() else None


def until(row: CustomerRow) -> str:
    """Return how long a declared state remains valid."""
    return ahead(row.context_expires_at, clock.now()) if row.context_type == "busy" else ""


def rhythm_in_words(known: Mapping[str, Any], gaps: tuple[int, int] | None = None) -> str:
    """Return how often a customer orders and when the next order is due; "" without orders.

    Without a habit no day is expected. gaps: their shortest and longest gap in days, None below two
    gaps.
    """
    last, gap, habitual = known["last_order_at"], known["usual_gap_days"], known["habitual"]
    if last is None or gap is None:
        return ""
    now, expected = clock.now(), last + timedelta(days=max(1, round(gap)))
    if few := _few_orders(known, short_day(last, now), seen=habitual or gaps is not None):
        return few
    words = _irregular(gaps) if gaps is not None and not habitual else _habit(gap)
    if known["lifecycle"] in ("lapsed", "left") or not habitual:
        return gettext("{words} · last order {last}").format(words=words, last=short_day(last, now))
    late = (now - last) / timedelta(days=gap)
    if expected < now:
        return gettext("{words} · expected by {expected}, {late} × the usual gap").format(
            words=words, expected=short_day(expected, now), late=number(late, 1)
        )
    return gettext("{words} · expected by {expected}").format(
        words=words, expected=short_day(expected, now)
    )


def _few_orders(known: Mapping[str, Any], last: str, *, seen: bool) -> str:
    """Return what is known of orders that tell no rhythm; "" for enough of them.

    last: the day of the last order. seen: whether they were on three days or more.
    """
    orders, onboarding = known["orders"], known["lifecycle"] == "onboarding"
    if onboarding and orders > 1:  # a burst is no habit
        return gettext(
            "{orders} so far, close together, the last on {last} · a band follows with time"
        ).format(orders=plural(orders, "order"), last=last)
    if onboarding:
        return gettext("One order so far, on {last} · a band follows with time").format(last=last)
    if orders < 2:
        return gettext("One order so far, on {last}").format(last=last)
    if orders < HABIT_ORDERS:
        return gettext("Two orders so far, the last on {last}").format(last=last)
    if seen:
        return ""
    return gettext("{orders} so far, the last on {last}").format(
        orders=plural(orders, "order"), last=last
    )


def _habit(gap: float) -> str:
    return gettext("Usually orders every {days}").format(days=_days(gap))


ALIKE = 3
"""Times the shortest gap up to which the longest one is not called irregular."""


def _irregular(gaps: tuple[int, int]) -> str:
    """Return what is known of gaps without a usual one: their range."""
    if gaps[0] == gaps[1]:
        return gettext("Ordered every {days} so far").format(days=_days(gaps[1]))
    words = gettext("Orders irregularly, {least} to {most} apart")
    if gaps[1] <= ALIKE * gaps[0]:  # regular, but by another gap than the expected one
        words = gettext("Orders {least} to {most} apart")
    return words.format(least=max(1, gaps[0]), most=_days(gaps[1]))


def _days(gap: float) -> str:
    return plural(max(1, round(gap)), "day")


def _person(row: CustomerRow, brief: str = "", scorecard: str = "") -> dict[str, Any]:
    under = with_scorecard(row.external_id, scorecard)
    return kit.cells.person(
        row.name or row.external_id, address_of(row.external_id), under, brief=brief
    )


def _in_brief(row: CustomerRow, currency: str) -> str:
    """What stands under the name on a telephone, where band and value have no columns."""
    band = band_cell(row.band, row.lifecycle)["band"]
    value = "" if row.yearly_value is None else money(row.yearly_value, currency)
    return " · ".join(filter(None, [row.external_id, band, value]))
