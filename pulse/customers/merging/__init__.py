"""One person known by several ids: joined by staff or by an alias call, with 30 days to undo it.

aliases_sql      which customer an id means: former ids, e-mail addresses in any case
profile          the columns of two customers as one, and apart again
rows_sql         moving everything that hangs on a customer, and moving it back
merge            the merge, its undo and its record
duplicates_sql   customers who may be the same person
"""
