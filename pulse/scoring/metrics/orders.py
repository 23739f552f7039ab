"""Valid orders: which events are orders, which cancel one, and what remains.

A fully cancelled order is no order, and a cancellation is no visit. Kinds of events are recognised
by the words in their names, in the languages of the screens.
"""

from collections.abc import Iterable

import numpy as np

from pulse.scoring.metrics.event_features import Bools, Floats, Ints, Past, Slice
from pulse.tabular.header_names import words_of

Kinds = str | Iterable[str] | None

_ORDER = ("order", "purchase", "invoice", "payment", "checkout", "booking", "reservation", "sale",
          "transaction", "bestell", "kauf", "rechnung", "buchung", "commande", "achat", "facture",
          "pedido", "compra", "factura", "fatura", "ordine", "acquisto")  # fmt: skip
_TAKEN_BACK = ("cancel", "return", "refund", "chargeback", "storno", "stornier", "erstatt",
               "rueck", "ruck", "rembours", "annul", "devol", "reembols", "cancela", "void",
               "revers", "credit")  # fmt: skip
_LEAVING = ("unsubscrib", "churn", "offboard", "terminat", "kundig", "kuendig", "resili")
_OF_A_CONTRACT = ("subscription", "account", "membership", "contract", "plan", "abo", "vertrag",
                  "konto", "abonnement", "contrat", "compte", "suscripcion", "cuenta")  # fmt: skip
_ENDING = (*_TAKEN_BACK, "close", "delet", "end", "expire", "deactivat")
_NO_ORDER = ("view", "start", "abandon", "fail", "updat", "ship", "deliver", "fulfil", "declin",
             "pending", "reminder", "remind", "edit", "complain", "quote")  # fmt: skip
_NOT_THEIR_OWN = ("email", "mail", "newsletter", "campaign", "notification", "sms", "bounce",
                  "complain", "ticket", "survey", "reminder")  # fmt: skip


def is_leaving(kind: str) -> bool:
    """Return whether this kind of event ends the relationship ("Subscription Cancelled")."""
    words = words_of(kind)
    of_a_contract = _says(words, _OF_A_CONTRACT) and not _says(words, _ORDER)
    return _says(words, _LEAVING) or (of_a_contract and _says(words, _ENDING))


def is_taken_back(kind: str) -> bool:
    """Return whether this kind of event cancels or returns an order, fully or in part."""
    return _says(words_of(kind), _TAKEN_BACK) and not is_leaving(kind)


def is_order(kind: str) -> bool:
    """Return whether this kind of event is an order; cancelled, viewed or shipped ones are not."""
    words = words_of(kind)
    return _says(words, _ORDER) and not _says(words, (*_TAKEN_BACK, *_NO_ORDER))


def order_kinds(names: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds that are orders; without any, everything customers do by themselves."""
    every = tuple(names)
    orders = tuple(name for name in every if is_order(name))
    if orders:
        return orders
    return tuple(
        name
        for name in every
        if not (is_taken_back(name) or is_leaving(name) or _says(words_of(name), _NOT_THEIR_OWN))
    )


def standing_orders(past: Past, orders: Kinds, taken_back: Kinds) -> Slice:
    """Return the orders up to then without those fully cancelled by then.

    A cancellation of the same amount cancels the customer's latest such order (tolerance 1 in
    1,000).
    """
    kept = past.events(orders)
    if taken_back is None or not kept.at.size:
        return kept
    standing = ~_cancelled(past, orders, taken_back)[0]
    return Slice(kept.size, kept.customer[standing], kept.at[standing], kept.amount[standing])


def cancelled_orders(past: Past, orders: Kinds, taken_back: Kinds) -> Slice:
    """Return the orders up to then that were fully cancelled by then, as `standing_orders` does."""
    every = past.events(orders)
    if taken_back is None or not every.at.size:
        return Slice(every.size, every.customer[:0], every.at[:0], every.amount[:0])
    gone = _cancelled(past, orders, taken_back)[0]
    return Slice(every.size, every.customer[gone], every.at[gone], every.amount[gone])


def partial_cancellations(past: Past, orders: Kinds, taken_back: Kinds) -> Slice:
    """Return the cancellations of less than a whole order, up to then."""
    gone = past.events(taken_back)
    part = ~_cancelled(past, orders, taken_back)[1]
    return Slice(gone.size, gone.customer[part], gone.at[part], gone.amount[part])


def active_days(events: Slice) -> Slice:
    """Return one event per customer and day (UTC), the last of the day, with its amount."""
    day = np.floor(events.at)
    last = np.ones(day.size, dtype=bool)
    last[:-1] = (day[1:] != day[:-1]) | (events.customer[1:] != events.customer[:-1])
    return Slice(events.size, events.customer[last], events.at[last], events.amount[last])


def own_gap(days: Slice) -> tuple[Floats, Floats]:
    """Return ([N] days from first to last active day, [N] gaps between); see `active_days`."""
    gaps = np.maximum(days.count() - 1.0, 0.0)
    span = np.floor(days.last()) - np.floor(days.first())
    return np.nan_to_num(span, nan=0.0), gaps


def longest_gap(days: Slice) -> Floats:
    """Return [N] the longest gap between active days, NaN without one; see `active_days`."""
    longest = np.full(days.size, np.nan)
    who, gap = _gaps(days)
    np.fmax.at(longest, who, gap)
    return longest


def _gaps(days: Slice) -> tuple[Ints, Floats]:
    """Return (customer, days) of each gap between active days."""
    same = np.diff(days.customer) == 0
    return days.customer[1:][same], np.diff(np.floor(days.at))[same]


def median_gap(days: Slice) -> tuple[Floats, Floats]:
    """([N] median of the gaps between active days, NaN without; [N] share of them near it).

    Near is within a factor of two. See `active_days`.
    """
    who, gap = _gaps(days)
    order = np.lexsort((gap, who))
    who, gap = who[order], gap[order]
    count = np.bincount(who, minlength=days.size)
    has, first = count > 0, np.cumsum(count) - count
    middle = np.full(days.size, np.nan)
    low, high = (first + (count - 1) // 2)[has], (first + count // 2)[has]
    middle[has] = (gap[low] + gap[high]) / 2
    near = (gap >= middle[who] / 2) & (gap <= middle[who] * 2)
    return middle, np.bincount(who, weights=near, minlength=days.size) / np.maximum(count, 1)


def is_habit(days: Slice, usual: Floats) -> Bools:
    """[N] whether the customer would call this gap (days) their usual one.

    At least HABITUAL of their own gaps lie near the median, and the median near the gap. One gap
    is no habit. Nothing else decides this: what names the gap as usual reads
    `LifecycleColumns.habitual` or, where it is stored, `CustomerScore.habitual`.
    """
    middle, near = median_gap(days)
    several = days.count() > LEAST_GAPS
    with np.errstate(invalid="ignore"):
        alike = (usual <= middle * RECOGNISED) & (usual >= middle / RECOGNISED)
    return np.asarray(alike & (near >= HABITUAL) & several)


LEAST_GAPS = 2
"""Gaps between days with an order from which a habit can be seen."""
HABIT_ORDERS = LEAST_GAPS + 1
"""Orders below which there are too few gaps for a habit."""
HABITUAL, RECOGNISED = 0.6, 1.25
"""The share of gaps near the median, and the factor to it, from which a rhythm is the customer's
own: orders on days 1, 2 and 100 make none, and who comes every 10 days does not know of 24."""


def _says(words: Iterable[str], hints: Iterable[str]) -> bool:
    starts = tuple(hints)
    return any(word.startswith(starts) for word in words)


def _cancelled(past: Past, orders: Kinds, taken_back: Kinds) -> tuple[Bools, Bools]:
    """Return (fully cancelled orders, the cancellations of them), computed once per moment."""
    key = ("cancelled", _key(orders), _key(taken_back))
    return past.once(key, lambda: _matched(past.events(orders), past.events(taken_back)))


def _key(kinds: Kinds) -> Kinds:
    return kinds if kinds is None or isinstance(kinds, str) else tuple(kinds)


def _matched(orders: Slice, gone: Slice) -> tuple[Bools, Bools]:
    cancelled = np.zeros(orders.at.size, dtype=bool)
    matched = np.zeros(gone.at.size, dtype=bool)
    first = np.searchsorted(orders.customer, gone.customer, side="left").tolist()
    last = np.searchsorted(orders.customer, gone.customer, side="right").tolist()
    sums = np.abs(gone.amount).tolist()
    for place in np.flatnonzero(np.abs(gone.amount) > 0).tolist():
        mine = slice(first[place], last[place])
        found = _latest(orders.amount[mine], orders.at[mine], sums[place], float(gone.at[place]))
        for back in found[::-1].tolist():
            if not cancelled[first[place] + back]:
                cancelled[first[place] + back] = matched[place] = True
                break
    return cancelled, matched


def _latest(amounts: Floats, at: Floats, back: float, moment: float) -> Ints:
    """Return the positions of orders of this amount up to that moment, by time."""
    near = max(0.005, 0.001 * back)
    return np.flatnonzero((np.abs(amounts - back) <= near) & (at <= moment))
