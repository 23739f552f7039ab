"""One metric of a customer and the orders behind it, for sentences about both."""

from dataclasses import dataclass

import numpy as np

from pulse.i18n.sentences import Amount, Sentence
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Past, Slice
from pulse.scoring.metrics.orders import active_days, is_order, standing_orders

_AMOUNT = "{amount}"


@dataclass(frozen=True)
class ToldMetric:
    """One metric of the customer in this row."""

    definition: MetricDefinition
    value: float
    past: Past
    row: int
    habit: float | None
    """Their usual gap in days; None without a habit."""

    @property
    def orders(self) -> Slice:
        """The valid orders of all customers at one moment."""
        kinds = self.definition.parameters
        key = ("told", tuple(_many(kinds.get("event"))), tuple(_many(kinds.get("less"))))
        return self.past.once(
            key, lambda: standing_orders(self.past, kinds.get("event"), kinds.get("less"))
        )

    @property
    def did(self) -> str:
        """What the customer did, as a sentence begins."""
        return Sentence("Ordered" if self.ordered else "Been here")

    @property
    def ordered(self) -> bool:
        """Whether the metric is about orders, not visits."""
        return any(is_order(kind) for kind in self._kinds())

    def within(self, days: float, skip: float = 0.0) -> Slice:
        """Return this customer's orders in (as_of − skip − days, as_of − skip]."""
        orders, end = self.orders, self.past.as_of - skip
        first, last = np.searchsorted(orders.customer, [self.row, self.row + 1]).tolist()
        at, amount = orders.at[first:last], orders.amount[first:last]
        mine = (at <= end) & (at > end - days)
        return Slice(1, np.zeros(mine.sum(), np.int32), at[mine], amount[mine])

    @property
    def days(self) -> Slice:
        """This customer's days with an order."""
        return active_days(self.within(np.inf))

    def money(self, amount: float) -> str:
        """Return an amount in the unit of the metric."""
        return Sentence(_AMOUNT, amount=Amount(round(amount), self.definition.unit))

    def _kinds(self) -> list[str]:
        return _many(self.definition.parameters.get("event"))


def _many(kinds: object) -> list[str]:
    if kinds is None or isinstance(kinds, str):
        return [kinds] if isinstance(kinds, str) else []
    return [str(kind) for kind in kinds] if isinstance(kinds, (list, tuple)) else []
