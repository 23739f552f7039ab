"""Domain events: recorded in the unit of work, delivered to subscribers, in their order.

types        what can happen
publisher    record(unit, event); in_transaction and after_commit register a subscriber

Subscribers: the audit log and webhooks write in the transaction of the change (a webhook is then
sent by a job); live pages hear of it after the commit. When the transaction rolls back, nothing
happened and nobody is told.
"""
