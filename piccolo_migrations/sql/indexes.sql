-- Indexes that Piccolo cannot express: several columns, partial, by expression, GIN.
-- business_id leads, so that a table can be spread over servers by it.

-- Sign-in, keys
CREATE UNIQUE INDEX IF NOT EXISTS staff_email ON staff (business_id, lower(email));
CREATE INDEX IF NOT EXISTS staff_sessions_staff ON staff_sessions (business_id, staff_id);

-- The list of customers: its orders and filters. Who has no owner, segment or event stands in no
-- index by it: a fresh list has none of them.
CREATE INDEX IF NOT EXISTS customers_name ON customers (business_id, name, id);
CREATE INDEX IF NOT EXISTS customers_owner ON customers (business_id, owner_id, id)
  WHERE owner_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS customers_segment ON customers (business_id, segment, id)
  WHERE segment > '';
CREATE INDEX IF NOT EXISTS customers_last_event ON customers (business_id, last_event_at, id)
  WHERE last_event_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS customers_renewal ON customers (business_id, renewal_on, id)
  WHERE renewal_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS customers_declared ON customers (business_id, context_type, id)
  WHERE context_type IS NOT NULL;
-- Tags are not looked up in an index under row-level security; those who have any are.
CREATE INDEX IF NOT EXISTS customers_tagged ON customers (business_id, id) WHERE tags <> '{}';
CREATE INDEX IF NOT EXISTS customer_scores_strength
  ON customer_scores (business_id, identity_strength, customer_id);
CREATE INDEX IF NOT EXISTS customer_scores_change_7d
  ON customer_scores (business_id, change_7d, customer_id) INCLUDE (band)
  WHERE change_7d IS NOT NULL;
CREATE INDEX IF NOT EXISTS customer_words_words ON customer_words USING gin (words);

-- What belongs to a customer
CREATE INDEX IF NOT EXISTS events_of_customer ON events (business_id, customer_id, occurred_at);
CREATE INDEX IF NOT EXISTS identity_snapshots_by_date
  ON identity_snapshots (business_id, snapshot_date);
CREATE INDEX IF NOT EXISTS customer_contexts_live ON customer_contexts (business_id, expires_at)
  WHERE withdrawn_at IS NULL;
CREATE INDEX IF NOT EXISTS customer_notes_of_customer
  ON customer_notes (business_id, customer_id, created_at);
CREATE INDEX IF NOT EXISTS customer_touches_due ON customer_touches (business_id, due_on);
CREATE INDEX IF NOT EXISTS customer_clusters_name
  ON customer_clusters (business_id, name, customer_id);
CREATE INDEX IF NOT EXISTS churn_opinions_rank ON churn_opinions (business_id, model_rank);

-- Scorecards and studies: one published version, one study of a kind at a time
CREATE UNIQUE INDEX IF NOT EXISTS scorecards_one_published ON scorecards (business_id)
  WHERE status = 'published';
CREATE UNIQUE INDEX IF NOT EXISTS studies_one_at_a_time ON studies (business_id, kind)
  WHERE status IN ('waiting', 'running');
CREATE INDEX IF NOT EXISTS studies_newest ON studies (business_id, kind, id DESC);

-- Cards: one open card for each customer
CREATE UNIQUE INDEX IF NOT EXISTS conversation_cards_one_a_customer
  ON conversation_cards (business_id, customer_id) WHERE status IN ('pending', 'snoozed');
CREATE INDEX IF NOT EXISTS conversation_cards_rank
  ON conversation_cards (business_id, status, priority DESC, id);
CREATE INDEX IF NOT EXISTS conversation_cards_of_customer
  ON conversation_cards (business_id, customer_id, created_at DESC);
CREATE INDEX IF NOT EXISTS conversation_cards_by_time
  ON conversation_cards (business_id, created_at);
CREATE INDEX IF NOT EXISTS card_trials_cells ON card_trials (business_id, cause, context, style);
CREATE INDEX IF NOT EXISTS card_hold_outs_of_customer
  ON card_hold_outs (business_id, customer_id, cause, held_out_at);

-- Imports and bulk changes
CREATE INDEX IF NOT EXISTS imports_by_time ON imports (business_id, created_at);
CREATE INDEX IF NOT EXISTS import_rejects_of_import
  ON import_rejects (business_id, import_id, line);
CREATE INDEX IF NOT EXISTS former_values_change ON former_values (business_id, change_id);

-- Audit log
CREATE INDEX IF NOT EXISTS audit_entries_by_time ON audit_entries (business_id, created_at);
CREATE INDEX IF NOT EXISTS audit_entries_of_subject ON audit_entries (business_id, subject, id);
CREATE INDEX IF NOT EXISTS audit_publications ON audit_entries (business_id, created_at)
  WHERE action = 'scorecard.published';

-- Webhooks
CREATE INDEX IF NOT EXISTS webhook_endpoints_active ON webhook_endpoints (business_id)
  WHERE status = 'active';
CREATE INDEX IF NOT EXISTS webhook_deliveries_of_endpoint
  ON webhook_deliveries (business_id, endpoint_id, id);
CREATE INDEX IF NOT EXISTS webhook_deliveries_due ON webhook_deliveries (next_attempt_at)
  WHERE status = 'waiting';

-- An e-mail address as an id is looked up in any case.
CREATE INDEX IF NOT EXISTS customers_email_id ON customers (business_id, lower(external_id))
  WHERE external_id LIKE '%@%';
