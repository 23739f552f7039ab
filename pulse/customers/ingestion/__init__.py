"""Data sent by a business's programs, following the Segment specification: exactly once.

segment_items    parse one JSON call into an Item
segment_traits   flatten and type reserved and nested traits
item_values      parse times, amounts and e-mail addresses as programs send them
traits, _sql     merge identify calls into the customer, whatever their order
alias_calls      make a former id refer to another customer
ingest           write a batch in one transaction
"""
