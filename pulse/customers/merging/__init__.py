"""One person known by several ids: joined by staff or by an alias call, with 30 days to undo it.

former_ids       which customer an id means: former ids, e-mail addresses in any case
profile          the columns of two customers as one, and apart again
merge_store      what a merge keeps of itself
rows_sql         moving everything that hangs on a customer, and moving it back
merge            the merge, its undo and its record
duplicates       customers who may be the same person
ids_sql          the statements of former_ids and duplicates
"""
