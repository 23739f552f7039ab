-- Several scorecards (a table of a migration after the baseline, so not in indexes.sql).
SELECT pulse_tenant_table('named_scorecards');

-- One name for each that was not removed.
CREATE UNIQUE INDEX IF NOT EXISTS named_scorecards_name
  ON named_scorecards (business_id, lower(name)) WHERE removed_at IS NULL;

-- One published version of each scorecard, the default one (NULL) too.
DROP INDEX IF EXISTS scorecards_one_published;
CREATE UNIQUE INDEX scorecards_one_published
  ON scorecards (business_id, named_scorecard_id) NULLS NOT DISTINCT WHERE status = 'published';
