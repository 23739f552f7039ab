-- How some tables are stored, and the sequence that names temporary tables.
CREATE SEQUENCE IF NOT EXISTS pulse_staging;
GRANT USAGE ON SEQUENCE pulse_staging TO pulse_tenant;

-- A rescoring updates every row: room beside each for its new version. A list that is read from an
-- index alone must know which rows need no look: the vacuum tells, sooner than by default.
ALTER TABLE customer_scores SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- No query compares these by value; their statistics would cost the most to make.
ALTER TABLE customers ALTER attributes SET STATISTICS 0;
ALTER TABLE identity_snapshots ALTER metric_values SET STATISTICS 0;
ALTER TABLE identity_snapshots ALTER contributions SET STATISTICS 0;
