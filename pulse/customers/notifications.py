"""Open pages hear that customers were changed by hand."""

from collections.abc import Sequence
from uuid import UUID

from pulse.db.transaction import Unit
from pulse.live.hub import announce
from pulse.live.messages import Message


def publish_changes(unit: Unit, customers: Sequence[UUID]) -> None:
    """Open pages read these customers again; more than twenty at once are one message."""
    few: Sequence[UUID | None] = customers if len(customers) <= 20 else [None]
    for customer_id in few:
        announce(
            unit,
            Message(business_id=unit.business_id, kind="customer_changed", customer_id=customer_id),
        )
