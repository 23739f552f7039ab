-- The words of one's own business, read as the owner: PostgreSQL checks a row's policy before it
-- calls @@, so under row-level security the search never used its index. The planner may reorder
-- the WHERE of this view.
CREATE OR REPLACE VIEW own_words AS
SELECT business_id, customer_id, words FROM customer_words
WHERE business_id = (SELECT nullif(current_setting('pulse.business_id', true), '')::uuid);
GRANT SELECT ON own_words TO pulse_tenant;
