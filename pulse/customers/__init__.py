"""Customers: profiles, events, what staff do about them, and data sent by programs.

repository, listing, filters    find one, list many, count
ingestion                       identify, track, group, alias, batch: exactly once
events                          dated events, exactly once by message id
merging                         one person known by several ids
staff_actions, follow_ups       owner, tags, notes, next follow-up; bulk_undo undoes bulk changes
timeline, privacy               one customer's history; export and erasure of personal data
"""
