"""Data from a business's programs, in the manner of the Segment specification: exactly once.

segment_items    one call of JSON, read into an Item
segment_traits   reserved and nested traits, made flat and typed
item_values      moments, amounts and e-mail addresses as programs send them
traits, _sql     what identify calls say, merged into what is known, whatever the order
alias_calls      a former id means another customer from now on
ingest           a batch, written in one transaction
"""
