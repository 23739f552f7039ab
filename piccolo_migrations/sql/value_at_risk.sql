-- The order of the list by value at risk (a column of a migration after the baseline, so not in
-- indexes.sql). Customers without one stand in no index by it.
CREATE INDEX IF NOT EXISTS customer_scores_value_at_risk
  ON customer_scores (business_id, value_at_risk, customer_id) INCLUDE (band)
  WHERE value_at_risk IS NOT NULL;

-- The same within a band: value at risk falls with the strength, so among the 40,000 largest of a
-- million there may be nobody who is strong.
CREATE INDEX IF NOT EXISTS customer_scores_band_value_at_risk
  ON customer_scores (business_id, band, value_at_risk, customer_id)
  WHERE value_at_risk IS NOT NULL;
