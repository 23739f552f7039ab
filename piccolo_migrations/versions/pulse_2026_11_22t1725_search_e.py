"""The search uses its index again: under row-level security it had not.

PostgreSQL looks at a row's policy before it calls a function that might tell of the row, and the
matching of words (@@) is such a function: it was never looked up in the index of `customer_words`,
every search read all words of all businesses. `own_words` shows the words of one's own business by
its own WHERE clause, which the planner may reorder; the table's policy stays forced for everybody,
and lets only its owner, as whom the view reads, see all of it.
"""

from piccolo_migrations.raw import manager

ID = "2026-11-22T17:25:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "search by index"

STATEMENTS = [
    "SET lock_timeout = '5s'",
    "DROP POLICY IF EXISTS words_of_views ON customer_words",
    """CREATE POLICY words_of_views ON customer_words
    AS PERMISSIVE FOR SELECT TO CURRENT_USER USING (true)""",
    """
CREATE OR REPLACE VIEW own_words AS
SELECT business_id, customer_id, words FROM customer_words
WHERE business_id = (SELECT nullif(current_setting('pulse.business_id', true), '')::uuid)""",
    "GRANT SELECT ON own_words TO pulse_tenant",
    # Reading all words until enough match is what the planner would choose for a beginning it
    # believes to be frequent; it cannot count beginnings, so this always goes by the index.
    """
CREATE OR REPLACE FUNCTION pulse_find(query tsquery, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY INVOKER
SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 AS $body$
  SELECT customer_id FROM own_words WHERE words @@ query LIMIT most
$body$""",
]


async def forwards():
    return manager(ID, DESCRIPTION, STATEMENTS)
