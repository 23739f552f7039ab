-- One study of a kind at a time, of each scorecard where the question names one (as indexes.sql
-- makes it for a whole business).
DROP INDEX IF EXISTS studies_one_at_a_time;
CREATE UNIQUE INDEX studies_one_at_a_time
  ON studies (business_id, kind, (coalesce(question ->> 'named_id', '')))
  WHERE status IN ('waiting', 'running');
