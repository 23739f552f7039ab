"""A million customers come in without a million questions about the same business.

A foreign key asks for every row by itself: for the business of each customer and snapshot, and for
the customer of each row of words, which it also locks. That was a third of an import. The same
holds here statement by statement: rows come into a business that is there and stays until they are
committed; what goes takes its words, scores and snapshots along.
"""

from piccolo_migrations.raw import manager

ID = "2026-11-22T20:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "bulk"

UNTIED = {
    "customers": "customers_business_id_fkey",
    "identity_snapshots": "identity_snapshots_business_id_fkey",
    "customer_words": "customer_words_business_id_customer_id_fkey",
}

BUSINESS_EXISTS = """
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
END $body$"""

# Nobody else sees these rows yet: their words cannot be there already.
INDEX_WORDS = """
CREATE OR REPLACE FUNCTION pulse_index_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO customer_words (business_id, customer_id, words)
  SELECT business_id, id, to_tsvector('simple', external_id || ' ' || name || ' ' || email)
  FROM fresh;
  RETURN NULL;
END $body$"""

FORGET = """
CREATE OR REPLACE FUNCTION pulse_forget_scores() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  DELETE FROM customer_scores s USING gone
  WHERE s.business_id = gone.business_id AND s.customer_id = gone.id;
  DELETE FROM customer_words w USING gone
  WHERE w.business_id = gone.business_id AND w.customer_id = gone.id;
  RETURN NULL;
END $body$"""

# As the tenant, whatever role dissolves the business: only that one may delete here. Customers
# first: whoever is writing snapshots holds theirs, and has finished when they are gone.
DISSOLVE = """
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
END $body$"""

# Who has no owner, segment or event stands in no index by it: a fresh list has none of them.
INDEXES = {
    "customers_owner": "customers (business_id, owner_id, id) WHERE owner_id IS NOT NULL",
    "customers_segment": "customers (business_id, segment, id) WHERE segment > ''",
    "customers_last_event": "customers (business_id, last_event_at, id) "
    "WHERE last_event_at IS NOT NULL",
    "customer_scores_change_7d": "customer_scores (business_id, change_7d, customer_id) "
    "WHERE change_7d IS NOT NULL",
}

# What an import that was under way before this migration would have added at its end.
MISSING_WORDS = """
INSERT INTO customer_words (business_id, customer_id, words)
SELECT c.business_id, c.id, to_tsvector('simple', c.external_id || ' ' || c.name || ' ' || c.email)
FROM customers c WHERE NOT EXISTS (
  SELECT FROM customer_words w WHERE w.business_id = c.business_id AND w.customer_id = c.id)"""

# Only a table's owner may do this, and autovacuum comes a minute or more later.
SETTLE = """
CREATE OR REPLACE FUNCTION pulse_settle(tables text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY tables LOOP
    IF name NOT IN ('customers', 'customer_words', 'customer_scores', 'identity_snapshots',
                    'events') THEN
      RAISE invalid_parameter_value USING MESSAGE = format('%s is not settled here', name);
    END IF;
    EXECUTE format('ANALYZE public.%I', name);
    IF name = 'customer_words' THEN
      PERFORM gin_clean_pending_list('public.customer_words_words');
    END IF;
  END LOOP;
END $body$"""


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            MISSING_WORDS,
            *[
                f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"
                for table, name in UNTIED.items()
            ],
            BUSINESS_EXISTS,
            "DROP TRIGGER IF EXISTS customers_business ON customers",
            """CREATE TRIGGER customers_business AFTER INSERT ON customers
            REFERENCING NEW TABLE AS fresh
            FOR EACH STATEMENT EXECUTE FUNCTION pulse_business_exists()""",
            INDEX_WORDS,
            FORGET,
            DISSOLVE,
            "DROP TRIGGER IF EXISTS businesses_dissolve ON businesses",
            """CREATE TRIGGER businesses_dissolve BEFORE DELETE ON businesses
            FOR EACH ROW EXECUTE FUNCTION pulse_dissolve()""",
            *[f"DROP INDEX IF EXISTS {name}" for name in INDEXES],
            *[f"CREATE INDEX IF NOT EXISTS {name} ON {what}" for name, what in INDEXES.items()],
            # What nobody asks about by value needs no statistics; theirs cost the most to make.
            "ALTER TABLE customers ALTER attributes SET STATISTICS 0",
            "ALTER TABLE identity_snapshots ALTER metric_values SET STATISTICS 0",
            "ALTER TABLE identity_snapshots ALTER contributions SET STATISTICS 0",
            SETTLE,
            "REVOKE ALL ON FUNCTION pulse_settle(text[]) FROM PUBLIC",
            "GRANT EXECUTE ON FUNCTION pulse_settle(text[]) TO pulse_tenant",
        ],
    )
