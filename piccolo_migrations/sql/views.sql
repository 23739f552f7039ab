-- Views. `scored_customers` lists the columns of `customers` and `customer_scores` as they are when
-- this file runs: a later migration that adds one runs this file again (raw.sql_file("views")).
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

-- The words of one's own business, read as the owner: PostgreSQL checks a row's policy before it
-- calls @@, so under row-level security the search never used its index. The planner may reorder
-- the WHERE of this view.
CREATE OR REPLACE VIEW own_words AS
SELECT business_id, customer_id, words FROM customer_words
WHERE business_id = (SELECT nullif(current_setting('pulse.business_id', true), '')::uuid);
GRANT SELECT ON own_words TO pulse_tenant;
