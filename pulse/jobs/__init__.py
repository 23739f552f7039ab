"""Jobs that survive a crash, in the same PostgreSQL, enqueued with the change they follow.

registry           `@handles("card_draft")`, `@every("*/5 * * * *", "cards_wake")`
gc_tuning          settings of Python's garbage collector
queue              `enqueue` inside a unit of work
worker             runs the jobs
subprocess_runner  heavy computation in a separate process, with a time-out that stops it
analyses           long computations, with progress and a stored result
"""
