-- Functions that the application calls.

-- Search by index. Reading all words until enough match is what the planner would choose for a
-- beginning it believes to be frequent; it cannot count beginnings.
CREATE OR REPLACE FUNCTION pulse_find(query tsquery, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY INVOKER
SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 AS $body$
  SELECT customer_id FROM own_words WHERE words @@ query LIMIT most
$body$;

-- The hottest read as one statement: enter the tenant and read, for one customer or many. It runs
-- with the caller's rights: it takes the same role and setting as `tenant(scope)`, local to the
-- statement's transaction, and row-level security holds as it does there.
DROP FUNCTION IF EXISTS pulse_read_identities(uuid, text[]);
CREATE FUNCTION pulse_read_identities(business uuid, customers text[])
RETURNS TABLE (
  id uuid, external_id text, change_7d double precision, lifecycle text,
  identity_strength double precision, band text, coverage double precision, taken_at timestamptz,
  scorecard_id uuid, metric_values double precision[], contributions double precision[],
  metrics_at timestamptz)
LANGUAGE plpgsql SECURITY INVOKER AS $body$
BEGIN
  PERFORM set_config('role', 'pulse_tenant', true),
    set_config('pulse.business_id', business::text, true);
  RETURN QUERY
  SELECT c.id, c.external_id, n.change_7d, n.lifecycle, s.identity_strength, s.band, s.coverage,
    s.taken_at, s.scorecard_id, s.metric_values, s.contributions,
    (SELECT max(m.updated_at) FROM metrics m WHERE m.business_id = business)
  FROM public.customers c
  LEFT JOIN customer_scores n ON n.business_id = business AND n.customer_id = c.id
  LEFT JOIN identity_snapshots s
    ON s.business_id = business AND s.customer_id = c.id AND s.snapshot_date = n.scored_on
  WHERE c.business_id = business AND c.external_id = ANY (pulse_read_identities.customers);
END $body$;

-- Fresh statistics after many rows came in: only a table's owner may do this, and autovacuum comes
-- a minute or more later.
CREATE OR REPLACE FUNCTION pulse_settle(tables text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY tables LOOP
    IF name NOT IN ('customers', 'customer_words', 'customer_scores', 'identity_snapshots',
                    'events') THEN
      RAISE invalid_parameter_value USING MESSAGE = format('%s is not settled here', name);
    END IF;
    EXECUTE format('ANALYZE public.%I', name);
    IF name = 'customer_words' THEN
      PERFORM gin_clean_pending_list('public.customer_words_words');
    END IF;
  END LOOP;
END $body$;
REVOKE ALL ON FUNCTION pulse_settle(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pulse_settle(text[]) TO pulse_tenant;
