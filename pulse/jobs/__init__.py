"""Jobs that survive a crash, on the same PostgreSQL, enqueued with the change they follow.

registry           `@handles("card_draft")`, `@every("*/5 * * * *", "cards_wake")`
gc_tuning          how often Python looks for lost cycles
queue              `enqueue` inside a unit of work
worker             runs the jobs
subprocess_runner  heavy computation in a process of its own, with a time-out that works
analyses           computations that take a while, with progress and a stored result
"""
