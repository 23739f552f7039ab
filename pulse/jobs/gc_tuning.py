"""Tune Python's garbage collector: Pulse makes many objects and few cycles.

Rows of the database are such objects. With Python's own figures an import of a million customers
spent 9 of 80 s of processor looking through rows that were still in use, and with 200 open
dashboards everything was looked through for 0.6 to 1.5 s at a time, in the middle of clicks.
"""

import gc

COLLECT_AFTER = (10_000, 10, 50)  # so many new objects, then so many rounds of the one before


def tune_gc() -> None:
    """For every process that works on customers, from its start."""
    gc.set_threshold(*COLLECT_AFTER)


def freeze_gc() -> None:
    """What is loaded by now stays until the end: later looks for garbage pass it over."""
    gc.collect()
    gc.freeze()
