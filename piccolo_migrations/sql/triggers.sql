-- Triggers: the words to search by, and what a foreign key would check once a row. A million
-- customers come in without a million questions about the same business: these ask once a
-- statement.

CREATE OR REPLACE FUNCTION pulse_business_exists() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE wanted uuid;
BEGIN
  FOR wanted IN SELECT DISTINCT business_id FROM fresh LOOP
    PERFORM FROM businesses WHERE id = wanted FOR KEY SHARE;
    IF NOT FOUND THEN
      RAISE foreign_key_violation USING
        MESSAGE = format('there is no business %s', wanted), TABLE = TG_TABLE_NAME;
    END IF;
  END LOOP;
  RETURN NULL;
END $body$;

-- Nobody else sees these rows yet: their words cannot be there already.
CREATE OR REPLACE FUNCTION pulse_index_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO customer_words (business_id, customer_id, words)
  SELECT business_id, id, to_tsvector('simple', external_id || ' ' || name || ' ' || email)
  FROM fresh;
  RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION pulse_reindex_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO customer_words (business_id, customer_id, words)
  VALUES (NEW.business_id, NEW.id,
    to_tsvector('simple', NEW.external_id || ' ' || NEW.name || ' ' || NEW.email))
  ON CONFLICT (business_id, customer_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION pulse_forget_scores() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  DELETE FROM customer_scores s USING gone
  WHERE s.business_id = gone.business_id AND s.customer_id = gone.id;
  DELETE FROM customer_words w USING gone
  WHERE w.business_id = gone.business_id AND w.customer_id = gone.id;
  RETURN NULL;
END $body$;

-- As the tenant, whatever role dissolves the business: only that one may delete here. Customers
-- first: whoever is writing snapshots holds theirs, and has finished when they are gone.
CREATE OR REPLACE FUNCTION pulse_dissolve() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  role_before text := current_setting('role');
  business_before text := coalesce(current_setting('pulse.business_id', true), '');
BEGIN
  PERFORM set_config('role', 'pulse_tenant', true),
    set_config('pulse.business_id', OLD.id::text, true);
  DELETE FROM customers WHERE business_id = OLD.id;
  DELETE FROM identity_snapshots WHERE business_id = OLD.id;
  PERFORM set_config('role', role_before, true),
    set_config('pulse.business_id', business_before, true);
  RETURN OLD;
END $body$;

CREATE OR REPLACE TRIGGER customers_business AFTER INSERT ON customers
  REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION pulse_business_exists();
CREATE OR REPLACE TRIGGER customers_words_new AFTER INSERT ON customers
  REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION pulse_index_words();
CREATE OR REPLACE TRIGGER customers_words_changed AFTER UPDATE ON customers
  FOR EACH ROW WHEN ((OLD.external_id, OLD.name, OLD.email)
    IS DISTINCT FROM (NEW.external_id, NEW.name, NEW.email))
  EXECUTE FUNCTION pulse_reindex_words();
CREATE OR REPLACE TRIGGER customers_scores_gone AFTER DELETE ON customers
  REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION pulse_forget_scores();
CREATE OR REPLACE TRIGGER businesses_dissolve BEFORE DELETE ON businesses
  FOR EACH ROW EXECUTE FUNCTION pulse_dissolve();
