"""Domain events: recorded in the unit of work, delivered to subscribers in order.

types        the kinds of events
publisher    record(unit, event); in_transaction and after_commit register a subscriber

Subscribers: the audit log and webhooks write in the transaction of the change (a webhook is then
sent by a job); live pages are updated after the commit. When the transaction rolls back, no
subscriber keeps or sends anything.
"""
