"""Imports write chunks side by side, and build the words to search by once the rows are in."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T13:25:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "imports side by side"

# As in the foundation, with one more way: a large import sets pulse.words to `later` in its
# transactions and fills customer_words afterwards, beside the scoring.
INDEX_WORDS = """
CREATE OR REPLACE FUNCTION pulse_index_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF current_setting('pulse.words', true) = 'later' THEN
    RETURN NULL;
  END IF;
  INSERT INTO customer_words (business_id, customer_id, words)
  SELECT business_id, id, to_tsvector('simple', external_id || ' ' || name || ' ' || email)
  FROM fresh
  ON CONFLICT (business_id, customer_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $body$"""


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            "ALTER TABLE imports ADD COLUMN IF NOT EXISTS runner uuid",
            "ALTER TABLE import_chunks "
            "ADD COLUMN IF NOT EXISTS first_line bigint NOT NULL DEFAULT 0",
            INDEX_WORDS,
        ],
    )
