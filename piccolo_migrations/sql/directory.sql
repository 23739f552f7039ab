-- The directory: what must be unique over all businesses. A tenant table can promise uniqueness
-- inside its business only. Each row that brings such a key has an entry; a key that is taken, in
-- whatever business, raises unique_violation on directory_entries_pkey.
-- Arguments of the trigger: the kind of the entry, the column that holds the key.
CREATE OR REPLACE FUNCTION pulse_directory() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  of_kind CONSTANT text := TG_ARGV[0];
  key_before text;
  key_now text;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    key_before := lower(to_jsonb(OLD) ->> TG_ARGV[1]);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    key_now := lower(to_jsonb(NEW) ->> TG_ARGV[1]);
  END IF;
  IF key_before IS NOT DISTINCT FROM key_now THEN
    RETURN NULL;
  END IF;
  IF key_before IS NOT NULL THEN
    DELETE FROM directory_entries
    WHERE kind = of_kind AND key = key_before AND business_id = OLD.business_id;
  END IF;
  IF key_now IS NOT NULL THEN
    INSERT INTO directory_entries (kind, key, business_id, row_id)
    VALUES (of_kind, key_now, NEW.business_id, NEW.id);
  END IF;
  RETURN NULL;
END $body$;

CREATE OR REPLACE TRIGGER staff_directory AFTER INSERT OR DELETE OR UPDATE OF email ON staff
  FOR EACH ROW EXECUTE FUNCTION pulse_directory('staff_email', 'email');
CREATE OR REPLACE TRIGGER staff_sessions_directory
  AFTER INSERT OR DELETE OR UPDATE OF token_hash ON staff_sessions
  FOR EACH ROW EXECUTE FUNCTION pulse_directory('staff_session', 'token_hash');
CREATE OR REPLACE TRIGGER api_keys_directory
  AFTER INSERT OR DELETE OR UPDATE OF key_hash ON api_keys
  FOR EACH ROW EXECUTE FUNCTION pulse_directory('api_key', 'key_hash');
CREATE OR REPLACE TRIGGER business_secrets_directory
  AFTER INSERT OR DELETE OR UPDATE OF kid ON business_secrets
  FOR EACH ROW EXECUTE FUNCTION pulse_directory('signing_key', 'kid');
