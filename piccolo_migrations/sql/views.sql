-- Views. `scored_customers` lists the columns of `customers` as they are when this file runs: a
-- later migration that adds one to `customers` runs this file again (raw.sql_file("views")).
DROP VIEW IF EXISTS scored_customers;
CREATE VIEW scored_customers WITH (security_invoker = true) AS
SELECT c.*, s.identity_strength, s.band, s.coverage, s.change_7d, s.change_30d, s.recent_high,
  s.scored_on, s.scored_at, s.scorecard_id
FROM customers c
LEFT JOIN customer_scores s ON s.business_id = c.business_id AND s.customer_id = c.id;
GRANT SELECT ON scored_customers TO pulse_tenant;

-- The words of one's own business, read as the owner: PostgreSQL checks a row's policy before it
-- calls @@, so under row-level security the search never used its index. The planner may reorder
-- the WHERE of this view.
CREATE OR REPLACE VIEW own_words AS
SELECT business_id, customer_id, words FROM customer_words
WHERE business_id = (SELECT nullif(current_setting('pulse.business_id', true), '')::uuid);
GRANT SELECT ON own_words TO pulse_tenant;
