"""One person known by several ids: merged by staff or an alias call; undo within 30 days.

former_ids       which customer an id refers to: former ids, e-mail addresses in any case
profile          combine the columns of two customers, and separate them again
merge_store      the stored record of a merge
rows_sql         move all rows of a customer to another one, and back
merge            merge, undo, list merges
duplicates       customers who may be the same person
ids_sql          SQL for former_ids and duplicates
"""
