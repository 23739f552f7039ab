"""The hub of live messages: publish a change, subscribe to changes.

Publishing is synchronous and cheap: the message is queued for local listeners at once, other
processes get a hint a few milliseconds later. Nothing is stored: a listener reads the full state
when it subscribes, and again on `resync`.
"""

import secrets
from collections.abc import Callable, Iterable
from uuid import UUID

from pulse import clock, logs, metrics
from pulse.live.coalescer import Outbox, decode, for_staff
from pulse.live.messages import Message
from pulse.live.subscription import Subscription
from pulse.live.transports import Memory, Transport


class Hub:
    """Distributes messages by business and customer; a transport connects other processes."""

    def __init__(self) -> None:
        self._of_business: dict[UUID, set[Subscription]] = {}
        self._of_customer: dict[UUID, set[Subscription]] = {}
        self._transport: Transport = Memory()
        self._outbox: Outbox | None = None
        self._on_resync: list[Callable[[], object]] = []
        self.published = 0
        self.dropped = 0

    async def start(self, transport: Transport) -> None:
        """Connect to the other processes through `transport`; without it the hub is local."""
        self._transport = transport
        await transport.start(self._receive, self._resync_everybody)
        if not isinstance(transport, Memory):
            self._outbox = Outbox(secrets.token_hex(6), transport.send)

    async def stop(self) -> None:
        """Disconnect from the other processes and end every subscription."""
        if self._outbox is not None:
            self._outbox.flush()
            self._outbox = None
        await self._transport.stop()
        self._transport = Memory()
        for subscription in [*self._all_subscriptions()]:
            subscription.end()

    @property
    def healthy(self) -> bool:
        """Whether the transport is connected to the other processes."""
        return self._transport.healthy

    @property
    def listeners(self) -> int:
        """The number of subscriptions."""
        return sum(1 for _ in self._all_subscriptions())

    def subscribe(
        self, business_id: UUID, customer_id: UUID | None = None, limit: int = 256
    ) -> Subscription:
        """A stream of one customer's messages, or of all messages of the business."""
        return Subscription(self, business_id, customer_id, limit)

    def on_resync(self, call: Callable[[], object]) -> None:
        """Call this whenever a whole business must be read again: for caches of ids."""
        self._on_resync.append(call)

    def publish(self, message: Message) -> None:
        """Publish a message here at once and to other processes soon. Call it after the commit."""
        self._deliver(message)
        self.published += 1
        if self._outbox is not None:
            self._outbox.add(message)

    def add(self, subscription: Subscription) -> None:
        """Start delivering to a subscription (called when it is entered)."""
        self._group(subscription).add(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Stop delivering to a subscription; empty groups are removed."""
        groups, key = self._place(subscription)
        group = groups.get(key)
        if group is not None:
            group.discard(subscription)
            if not group:
                del groups[key]

    def _deliver(self, message: Message) -> None:
        for subscription in [*self._of_business.get(message.business_id, ())]:
            self._put(subscription, message)
        if message.customer_id is not None:
            for subscription in [*self._of_customer.get(message.customer_id, ())]:
                self._put(subscription, message)
        elif message.kind == "resync" and not for_staff(message):
            self._reset_caches()
            for subscription in self._customers_of(message.business_id):
                self._put(subscription, message)

    def _put(self, subscription: Subscription, message: Message) -> None:
        # Ids are unique over all businesses; the second check is cheap and keeps tenants
        # apart.
        if subscription.business_id == message.business_id and not subscription.put(message):
            self.dropped += 1

    def _receive(self, raw: bytes | str) -> None:
        hint = decode(raw)
        if hint is None:
            logs.event("live_hint_unreadable", level="warning")
        elif self._outbox is None or hint.origin != self._outbox.origin:
            if hint.sent_at:
                metrics.live_lag.observe(max(0.0, clock.now().timestamp() - hint.sent_at))
            for message in hint.messages():
                self._deliver(message)

    def _resync_everybody(self) -> None:
        """After the transport was disconnected messages may be missing, so all listeners read
        again.
        """
        self._reset_caches()
        businesses = {subscription.business_id for subscription in self._all_subscriptions()}
        for business_id in businesses:
            self._deliver(Message(business_id=business_id, kind="resync", payload={"kinds": []}))

    def _reset_caches(self) -> None:
        for call in self._on_resync:
            call()

    def _customers_of(self, business_id: UUID) -> list[Subscription]:
        return [
            subscription
            for group in self._of_customer.values()
            for subscription in group
            if subscription.business_id == business_id
        ]

    def _all_subscriptions(self) -> Iterable[Subscription]:
        for groups in (self._of_business, self._of_customer):
            for group in groups.values():
                yield from group

    def _place(self, subscription: Subscription) -> tuple[dict[UUID, set[Subscription]], UUID]:
        if subscription.customer_id is None:
            return self._of_business, subscription.business_id
        return self._of_customer, subscription.customer_id

    def _group(self, subscription: Subscription) -> set[Subscription]:
        groups, key = self._place(subscription)
        return groups.setdefault(key, set())


HUB = Hub()
