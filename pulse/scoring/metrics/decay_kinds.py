"""Metric kinds of order histories that can only sink while nothing happens.

What fades does so by half-lives: windows counted back from today make a saw-tooth, in which the
same two orders count once or twice by the calendar. `less` names the events that take an order
back: an order cancelled as a whole is no order, a cancellation no visit.
"""

import numpy as np

from pulse.scoring.metrics.event_features import Floats, Past, Slice
from pulse.scoring.metrics.event_kinds import Parameters, metric_kind
from pulse.scoring.metrics.orders import active_days, own_gap, partly_taken_back, standing_orders


@metric_kind("fading_days", needs=("half_life",), silence="falls")
def fading_days(past: Past, parameters: Parameters) -> Floats:
    """Days with an order, each worth half as much after every half-life."""
    days = active_days(_orders(past, parameters))
    return _known(past, _faded(past, days, np.ones(days.at.size), parameters))


@metric_kind("fading_sum", needs=("half_life",), silence="falls")
def fading_sum(past: Past, parameters: Parameters) -> Floats:
    """Amounts less what was taken back, each worth half after every half-life; at least 0."""
    bought = past.events(parameters.get("event"))
    total = _faded(past, bought, np.nan_to_num(bought.amount), parameters)
    if parameters.get("less"):
        back = past.events(parameters["less"])
        total -= _faded(past, back, np.abs(np.nan_to_num(back.amount)), parameters)
    return _known(past, np.maximum(total, 0.0))


@metric_kind("order_count", silence="still")
def order_count(past: Past, parameters: Parameters) -> Floats:
    """How many orders ever; those cancelled as a whole are none."""
    return _known(past, _orders(past, parameters).count())


@metric_kind("order_mean", silence="still")
def order_mean(past: Past, parameters: Parameters) -> Floats:
    """The mean amount of all orders; not known without an amount."""
    orders = _orders(past, parameters)
    return _divide(orders.total(), orders.amounts())


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

    The own gaps are averaged with one of `usual_gap` days, the business's: two orders on
    neighbouring days promise nothing.
    """
    orders = _orders(past, parameters)
    span, gaps = own_gap(active_days(orders))
    usual = shrunk_gap(span, gaps, float(parameters["usual_gap"]))
    return (past.as_of - orders.last()) / np.maximum(usual, 1.0)


@metric_kind("taken_back_share", needs=("event", "less"), silence="still")
def taken_back_share(past: Past, parameters: Parameters) -> Floats:
    """Value sent back over the value of all orders (0–1), leaving out whole cancellations."""
    orders = _orders(past, parameters)
    back = partly_taken_back(past, parameters["event"], parameters["less"])
    return np.minimum(
        _divide(_sums(past, back, np.abs(np.nan_to_num(back.amount))), orders.total()), 1.0
    )


def shrunk_gap(span: Floats, gaps: Floats, usual: float) -> Floats:
    """[N] days between orders: the own ones and one of the business's (`usual`), averaged."""
    return (span + PRIOR_GAPS * usual) / (gaps + PRIOR_GAPS)


PRIOR_GAPS = 1.0
"""Weight of the business's usual gap beside a customer's own, in gaps."""


def _orders(past: Past, parameters: Parameters) -> Slice:
    return standing_orders(past, parameters.get("event"), parameters.get("less"))


def _faded(past: Past, events: Slice, worth: Floats, parameters: Parameters) -> Floats:
    fading = np.exp2((events.at - past.as_of) / float(parameters["half_life"]))
    return _sums(past, events, worth * fading)


def _sums(past: Past, events: Slice, worth: Floats) -> Floats:
    return np.bincount(events.customer, weights=worth, minlength=past.size).astype(np.float64)


def _known(past: Past, values: Floats) -> Floats:
    return np.where(past.present, values, np.nan)


def _divide(part: Floats, whole: Floats) -> Floats:
    result = np.full(part.shape, np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result
