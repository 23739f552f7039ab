"""Which orders of one customer were cancelled as a whole, so that the timeline can mark them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.metrics.event_features import Past
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.metrics.orders import cancelled_orders


@dataclass(frozen=True)
class CancelledOrders:
    """The orders of one customer that were cancelled as a whole."""

    kinds: frozenset[str] = frozenset()
    """Kinds of events that are orders."""
    placed: frozenset[tuple[datetime, float]] = frozenset()
    """The time (to the second) and the amount of each."""

    def has(self, kind: str, at: datetime, amount: float | None) -> bool:
        """Return whether an event of this kind, time and amount is one of them."""
        return kind in self.kinds and amount is not None and (_second(at), amount) in self.placed


async def read_cancelled_orders(scope: Scope, external_id: str) -> CancelledOrders:
    """Return this customer's cancelled orders; raises NotFound for an unknown customer."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        rhythm = await rhythm_of(unit)
        if not rhythm.taken_back:
            return CancelledOrders()
        gathered = await gather(unit, [customer_id])
    past = Past(gathered.facts, clock.days_of(clock.now()))
    gone = cancelled_orders(past, rhythm.orders, rhythm.taken_back)
    placed = zip(gone.at.tolist(), gone.amount.tolist(), strict=True)
    return CancelledOrders(
        frozenset(rhythm.orders),
        frozenset((_second(_EPOCH + timedelta(days=at)), amount) for at, amount in placed),
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _second(at: datetime) -> datetime:
    return (at + timedelta(milliseconds=500)).replace(microsecond=0)
