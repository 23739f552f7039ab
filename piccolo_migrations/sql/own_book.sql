-- Own book: the role pulse_book sees the customers of some owners, and what hangs on them.
-- It inherits pulse_tenant's rights and policies; the restrictive policies here narrow them.

-- The owners whose customers are seen, from the setting pulse.book; nobody's when it is not set.
CREATE OR REPLACE FUNCTION pulse_book_owners() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $body$
DECLARE
  book CONSTANT text := coalesce(current_setting('pulse.book', true), '');
BEGIN
  IF book LIKE 'own:%' THEN
    RETURN ARRAY[substr(book, 5)::uuid];
  ELSIF book LIKE 'team:%' THEN
    RETURN ARRAY(SELECT id FROM staff WHERE team = substr(book, 6));
  END IF;
  RETURN '{}';
END $body$;

-- With the rights of whoever asks: the policies below hold for the look into customers.
CREATE OR REPLACE FUNCTION pulse_in_book(customer uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $body$
  SELECT EXISTS (SELECT FROM customers WHERE id = customer)
$body$;

-- Narrow one table. pulse_tenant_table calls it, so a table with customer_id cannot be forgotten.
CREATE OR REPLACE FUNCTION pulse_book_table(name text) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  seen text := CASE
    WHEN name = 'customers' THEN 'owner_id = ANY ((SELECT pulse_book_owners())::uuid[])'
    WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = name::regclass AND NOT attisdropped
                 AND attname = 'customer_id') THEN 'customer_id IN (SELECT id FROM customers)'
    WHEN name IN ('card_proposals', 'card_trials') THEN
      'card_id IN (SELECT id FROM conversation_cards)'
    -- rows of files, which name customers of everybody
    WHEN name IN ('import_rejects', 'import_chunks') THEN 'false'
    WHEN name = 'former_values' THEN 'customers <@ ARRAY(SELECT id FROM customers)'
  END;
BEGIN
  IF seen IS NOT NULL THEN
    EXECUTE format('DROP POLICY IF EXISTS own_book ON %I', name);
    EXECUTE format('CREATE POLICY own_book ON %I AS RESTRICTIVE TO pulse_book USING (%s)',
                   name, seen);
  END IF;
END $body$;

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
  PERFORM pulse_book_table(name);
END $body$;

SELECT pulse_book_table(table_name)
FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'business_id';

-- This view reads as the owner, so it asks for the book itself.
CREATE OR REPLACE VIEW own_words AS
SELECT business_id, customer_id, words FROM customer_words
WHERE business_id = (SELECT nullif(current_setting('pulse.business_id', true), '')::uuid)
  AND (nullif(current_setting('pulse.book', true), '') IS NULL OR pulse_in_book(customer_id));
