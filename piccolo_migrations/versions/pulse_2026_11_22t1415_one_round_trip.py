"""The hottest read as one statement: enter the tenant and read, for one customer or many."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T14:15:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "identity in one round trip"

# Works with the caller's rights: `pulse_app` has none, so the function first takes the same role
# and setting as `tenant(scope)`, local to this statement's transaction, and row-level security
# holds inside as it does there.
READ_IDENTITIES = """
CREATE OR REPLACE FUNCTION pulse_read_identities(business uuid, customers text[])
RETURNS TABLE (
  id uuid, external_id text, change_7d double precision, identity_strength double precision,
  band text, coverage double precision, taken_at timestamptz, scorecard_id uuid,
  metric_values double precision[], contributions double precision[], metrics_at timestamptz)
LANGUAGE plpgsql SECURITY INVOKER AS $body$
BEGIN
  PERFORM set_config('role', 'pulse_tenant', true),
    set_config('pulse.business_id', business::text, true);
  RETURN QUERY
  SELECT c.id, c.external_id, c.change_7d, s.identity_strength, s.band, s.coverage, s.taken_at,
    s.scorecard_id, s.metric_values, s.contributions,
    (SELECT max(m.updated_at) FROM metrics m WHERE m.business_id = business)
  FROM public.customers c LEFT JOIN identity_snapshots s
    ON s.business_id = business AND s.customer_id = c.id AND s.snapshot_date = c.scored_on
  WHERE c.business_id = business AND c.external_id = ANY (pulse_read_identities.customers);
END $body$
"""


async def forwards():
    return manager(ID, DESCRIPTION, [READ_IDENTITIES])
