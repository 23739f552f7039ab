"""Metric kinds of order histories that can only fall without activity.

Values fade by half-lives. Windows counted back from today would jump: the same two orders would
count once or twice depending on the date. `less` names the events that cancel an order: a fully
cancelled order is not counted, and a cancellation is no visit.
"""

import numpy as np

from pulse.scoring.metrics.event_features import Floats, Past, Slice, divide, known
from pulse.scoring.metrics.event_kinds import Parameters, metric_kind
from pulse.scoring.metrics.orders import (
    active_days,
    own_gap,
    partial_cancellations,
    standing_orders,
)


@metric_kind("fading_days", needs=("half_life",), silence="falls")
def fading_days(past: Past, parameters: Parameters) -> Floats:
    """Days with an order, each worth half as much after every half-life."""
    days = active_days(_orders(past, parameters))
    return known(past, _faded(past, days, np.ones(days.at.size), parameters))


@metric_kind("fading_sum", needs=("half_life",), silence="falls")
def fading_sum(past: Past, parameters: Parameters) -> Floats:
    """Amounts less what was taken back, each worth half after every half-life; at least 0."""
    bought = past.events(parameters.get("event"))
    total = _faded(past, bought, np.nan_to_num(bought.amount), parameters)
    if parameters.get("less"):
        back = past.events(parameters["less"])
        total -= _faded(past, back, np.abs(np.nan_to_num(back.amount)), parameters)
    return known(past, np.maximum(total, 0.0))


@metric_kind("order_count", silence="still")
def order_count(past: Past, parameters: Parameters) -> Floats:
    """How many orders ever; those cancelled as a whole are none."""
    return known(past, _orders(past, parameters).count())


@metric_kind("order_mean", silence="still")
def order_mean(past: Past, parameters: Parameters) -> Floats:
    """The mean amount of all orders; not known without an amount."""
    orders = _orders(past, parameters)
    return divide(orders.total(), orders.amounts())


@metric_kind("order_span", silence="still")
def order_span(past: Past, parameters: Parameters) -> Floats:
    """Days from the first order to the last: how long they have kept coming back."""
    orders = _orders(past, parameters)
    return np.floor(orders.last()) - np.floor(orders.first())


@metric_kind("order_recency", silence="grows")
def order_recency(past: Past, parameters: Parameters) -> Floats:
    """Days since the last order; not known if there never was one."""
    return past.as_of - _orders(past, parameters).last()


@metric_kind("order_lateness", needs=("usual_gap",), silence="grows")
def order_lateness(past: Past, parameters: Parameters) -> Floats:
    """Days since the last order in the customer's usual gaps (1 = due today).

    The customer's gaps are averaged with one of `usual_gap` days (the business's), so that two
    orders on consecutive days promise nothing. With `recovery` (a share below 1), a late customer
    who orders is not on time at once: their lateness, at most LATE_MOST gaps, shrinks to that share
    with every further day with an order.
    """
    orders = _orders(past, parameters)
    days, usual_gap = active_days(orders), float(parameters["usual_gap"])
    span, gaps = own_gap(days)
    usual = shrunk_gap(span, gaps, usual_gap)
    now = (past.as_of - orders.last()) / np.maximum(usual, 1.0)
    recovery = float(parameters.get("recovery", 0.0))
    return np.maximum(now, _late_before(days, usual_gap, recovery)) if recovery else now


@metric_kind("taken_back_share", needs=("event", "less"), silence="still")
def taken_back_share(past: Past, parameters: Parameters) -> Floats:
    """Value sent back over the value of all orders (0–1), leaving out whole cancellations."""
    orders = _orders(past, parameters)
    back = partial_cancellations(past, parameters["event"], parameters["less"])
    return np.minimum(
        divide(_sums(past, back, np.abs(np.nan_to_num(back.amount))), orders.total()), 1.0
    )


def shrunk_gap(span: Floats, gaps: Floats, usual: float) -> Floats:
    """Return [N] days between orders: the mean of the own gaps and one `usual` gap."""
    return (span + PRIOR_GAPS * usual) / (gaps + PRIOR_GAPS)


PRIOR_GAPS = 1.0
"""Weight of the business's usual gap beside a customer's own, in gaps."""
LATE_MOST = 3.7
"""Maximum lateness that is remembered, in gaps; limits how long recovery takes."""


def _late_before(days: Slice, usual_gap: float, recovery: float) -> Floats:
    """Return [N] the remaining lateness ended by earlier orders, in usual gaps; 0 for none.

    Each gap is compared with the usual gap as known before it.
    """
    left = np.zeros(days.size)
    if not days.at.size:
        return left
    day, who = np.floor(days.at), days.customer
    count = days.count().astype(np.int64)
    begin = (np.cumsum(count) - count)[who]
    place = np.arange(day.size) - begin
    before = day[np.maximum(np.arange(day.size) - 1, 0)]
    usual = shrunk_gap(before - day[begin], np.maximum(place - 1.0, 0.0), usual_gap)
    late = np.clip((day - before) / np.maximum(usual, 1.0) - 1.0, 0.0, LATE_MOST)
    worn = np.where(place > 0, late * recovery ** (count[who] - place), 0.0)
    np.maximum.at(left, who, worn)
    return left


def _orders(past: Past, parameters: Parameters) -> Slice:
    return standing_orders(past, parameters.get("event"), parameters.get("less"))


def _faded(past: Past, events: Slice, worth: Floats, parameters: Parameters) -> Floats:
    fading = np.exp2((events.at - past.as_of) / float(parameters["half_life"]))
    return _sums(past, events, worth * fading)


def _sums(past: Past, events: Slice, worth: Floats) -> Floats:
    return np.bincount(events.customer, weights=worth, minlength=past.size).astype(np.float64)
