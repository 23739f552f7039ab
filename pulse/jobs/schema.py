"""PgQueuer's tables, and the two functions through which a tenant's unit of work uses them.

The tables have no tenant column and no row-level security. So `pulse_tenant` has no rights on them:
it may call two functions of the owner, one that enqueues and stamps the business on the job, and
one that counts its own jobs. `pulse_app` (the worker, outside any unit of work) runs the jobs.
"""

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder

TABLES = ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics")

_BUSINESS = "nullif(current_setting('pulse.business_id', true), '')"


def statements() -> list[str]:
    """The statements of a migration, idempotent: install the tables, then rights and functions."""
    return [_install(), *_rights(), _enqueue(), _waiting(), *_grants()]


def _install() -> str:
    install = QueryBuilderEnvironment().build_install_query()
    return (
        "DO $outer$ BEGIN IF to_regclass('pgqueuer') IS NULL THEN "
        f"EXECUTE $install${install}$install$; END IF; END $outer$"
    )


def _rights() -> list[str]:
    return [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO pulse_app",
        *[f"GRANT USAGE ON SEQUENCE {table}_id_seq TO pulse_app" for table in TABLES],
    ]


def _enqueue() -> str:
    """PgQueuer's own INSERT with our arguments, so that its upgrades keep working."""
    query = QueryQueueBuilder().build_enqueue_query("skip").strip().rstrip(";")
    for place, argument in _ARGUMENTS.items():
        query = query.replace(place, argument)
    return f"""
CREATE OR REPLACE FUNCTION pulse_enqueue(
  name text, bodies jsonb[], keys text[], delay interval, rank integer
) RETURNS TABLE (place bigint, job bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $body$ {query} $body$"""


_ARGUMENTS = {
    "$1::int[]": "array_fill(rank, ARRAY[cardinality(bodies)])",
    "$2::text[]": "array_fill(name, ARRAY[cardinality(bodies)])",
    "$3::bytea[]": "ARRAY(SELECT convert_to((b || jsonb_build_object('business_id', "
    f"{_BUSINESS}))::text, 'UTF8') FROM unnest(bodies) WITH ORDINALITY AS u(b, n) ORDER BY n)",
    "$4::interval[]": "array_fill(delay, ARRAY[cardinality(bodies)])",
    "$5::text[]": f"ARRAY(SELECT {_BUSINESS} || ':' || k "
    "FROM unnest(keys) WITH ORDINALITY AS u(k, n) ORDER BY n)",
    "$6::jsonb[]": "array_fill(NULL::jsonb, ARRAY[cardinality(bodies)])",
}


def _waiting() -> str:
    return f"""
CREATE OR REPLACE FUNCTION pulse_jobs_waiting(kind text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
  SELECT count(*) FROM pgqueuer WHERE entrypoint = kind AND status IN ('queued', 'picked')
  AND convert_from(payload, 'UTF8')::jsonb ->> 'business_id' = {_BUSINESS}
$body$"""


def _grants() -> list[str]:
    functions = (
        "pulse_enqueue(text, jsonb[], text[], interval, integer)",
        "pulse_jobs_waiting(text)",
    )
    return [
        statement
        for function in functions
        for statement in (
            f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {function} TO pulse_tenant",
        )
    ]
