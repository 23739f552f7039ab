-- The audit log is append-only for the application: no entry is changed, and none is deleted that is
-- younger than a year less a month. Retention (12 months or more) deletes older ones.
REVOKE UPDATE ON audit_entries FROM pulse_tenant;
DROP POLICY IF EXISTS append_only ON audit_entries;
CREATE POLICY append_only ON audit_entries AS RESTRICTIVE FOR DELETE TO pulse_tenant
  USING (created_at < now() - interval '11 months');
