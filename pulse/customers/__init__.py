"""Customers: who they are, what they did, what staff do about them, and what programs send.

repository, listing, filters    find one, list many, count
ingestion                       identify, track, group, alias, batch: exactly once
events                          dated events, exactly once by message id
merging                         one person known by several ids
staff_actions, follow_ups       owner, tags, notes, the next touch; bulk_undo takes them back
timeline, privacy               one customer's past; taking it along; being forgotten
"""
