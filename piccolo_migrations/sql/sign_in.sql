-- Identity providers, roles and second factors (tables of a migration after the baseline).
SELECT pulse_tenant_table(name) FROM unnest(ARRAY[
  'identity_providers', 'sign_in_domains', 'role_definitions', 'second_factors'
]) AS of_sign_in (name);

-- A domain signs in at one business's provider.
CREATE OR REPLACE TRIGGER sign_in_domains_directory
  AFTER INSERT OR DELETE OR UPDATE OF domain ON sign_in_domains
  FOR EACH ROW EXECUTE FUNCTION pulse_directory('sign_in_domain', 'domain');

-- One account for one person at the provider; the factors of a person are read at each sign-in.
CREATE UNIQUE INDEX IF NOT EXISTS staff_oidc_subject
  ON staff (business_id, oidc_subject) WHERE oidc_subject IS NOT NULL;
CREATE INDEX IF NOT EXISTS second_factors_of_staff ON second_factors (business_id, staff_id);

-- Whose passkey is it? Asked before anybody has signed in.
CREATE OR REPLACE TRIGGER second_factors_directory
  AFTER INSERT OR DELETE OR UPDATE OF credential_id ON second_factors
  FOR EACH ROW EXECUTE FUNCTION pulse_directory('passkey', 'credential_id');
