-- Disputes and page views (tables of a migration after the baseline, so not in indexes.sql).
SELECT pulse_tenant_table('customer_disputes');
SELECT pulse_tenant_table('customer_views');

-- One open dispute for a metric of a customer; recalculation looks up the open ones.
CREATE UNIQUE INDEX IF NOT EXISTS customer_disputes_open
  ON customer_disputes (business_id, customer_id, metric) WHERE answered_at IS NULL;
CREATE INDEX IF NOT EXISTS customer_disputes_of_customer
  ON customer_disputes (business_id, customer_id, created_at);
