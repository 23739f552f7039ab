"""Work that survives a crash: jobs on the same PostgreSQL, enqueued with the change they follow.

registry  what a package offers to do: `@handles("card_draft")`, `@every("*/5 * * * *", "cards_wake")`
queue     `enqueue` inside a unit of work
apart     heavy computation in a process of its own, with a time-out that works
worker    the supervised runner; several processes and machines share the work
schema    PgQueuer's tables and the one function through which a tenant may enqueue
"""
