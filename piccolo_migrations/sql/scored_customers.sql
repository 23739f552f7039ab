-- The view lists the columns of `customers` and `customer_scores` as they are when this file runs: a
-- later migration that adds one runs it again (raw.sql_file("scored_customers")), alone, because with
-- other locks it could wait for a transaction that waits for the view.
DROP VIEW IF EXISTS scored_customers;
DO $body$
DECLARE scores text;
BEGIN
  SELECT string_agg(format('s.%I', attname), ', ' ORDER BY attnum) INTO scores
  FROM pg_attribute WHERE attrelid = 'customer_scores'::regclass AND attnum > 0
    AND NOT attisdropped AND attname NOT IN ('business_id', 'customer_id');
  EXECUTE 'CREATE VIEW scored_customers WITH (security_invoker = true) AS SELECT c.*, ' || scores
    || ' FROM customers c LEFT JOIN customer_scores s '
    'ON s.business_id = c.business_id AND s.customer_id = c.id';
END $body$;
GRANT SELECT ON scored_customers TO pulse_tenant;
