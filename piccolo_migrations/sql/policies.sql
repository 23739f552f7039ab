-- Row-level security. A tenant table is closed by default: forced security, one policy, rights for
-- one role. A later migration that adds a tenant table calls pulse_tenant_table('its_name').
CREATE OR REPLACE FUNCTION pulse_tenant_table(name text, key text DEFAULT 'business_id')
RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('DROP POLICY IF EXISTS tenant_only ON %I', name);
  EXECUTE format(
    'CREATE POLICY tenant_only ON %I TO pulse_tenant USING '
    '(%I = (SELECT nullif(current_setting(''pulse.business_id'', true), '''')::uuid))',
    name, key);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO pulse_tenant', name);
END $body$;

-- What `system()` reaches too, over all businesses.
CREATE OR REPLACE FUNCTION pulse_system_table(name text) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format('DROP POLICY IF EXISTS system_too ON %I', name);
  EXECUTE format(
    'CREATE POLICY system_too ON %I TO pulse_system USING (true) WITH CHECK (true)', name);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO pulse_system', name);
END $body$;

SELECT pulse_tenant_table('businesses', 'id');
SELECT pulse_tenant_table(table_name)
FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'business_id';

SELECT pulse_system_table(name) FROM unnest(ARRAY[
  'businesses', 'business_secrets', 'staff', 'staff_sessions', 'api_keys', 'directory_entries'
]) AS of_system (name);

-- The view own_words reads as the tables' owner (views.sql); the policy stays forced for everybody.
DROP POLICY IF EXISTS words_of_views ON customer_words;
CREATE POLICY words_of_views ON customer_words
  AS PERMISSIVE FOR SELECT TO CURRENT_USER USING (true);
