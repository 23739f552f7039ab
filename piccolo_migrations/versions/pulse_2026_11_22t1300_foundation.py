"""The loop's tables: businesses, people, events, scores, contexts, cards; row-level security."""

from piccolo_migrations.raw import manager

ID = "2026-11-22T13:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "the loop"

COLUMNS = """
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    business_id uuid NOT NULL REFERENCES businesses (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
"""
OF_CUSTOMER = """
    customer_id uuid NOT NULL,
    FOREIGN KEY (business_id, customer_id) REFERENCES customers (business_id, id) ON DELETE CASCADE,
"""

# A tenant table is closed by default: forced row-level security, one policy, rights for one role.
TENANT_TABLE = """
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
END $body$
"""

SYSTEM_TABLE = """
CREATE OR REPLACE FUNCTION pulse_system_table(name text) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format('DROP POLICY IF EXISTS system_too ON %I', name);
  EXECUTE format(
    'CREATE POLICY system_too ON %I TO pulse_system USING (true) WITH CHECK (true)', name);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO pulse_system', name);
END $body$
"""

BUSINESS = [
    """
CREATE TABLE IF NOT EXISTS businesses (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    currency text NOT NULL DEFAULT 'EUR',
    locale text NOT NULL DEFAULT 'en',
    time_zone text NOT NULL DEFAULT 'UTC',
    is_demo boolean NOT NULL DEFAULT false,
    settings jsonb NOT NULL DEFAULT '{}',
    allowed_origins text[] NOT NULL DEFAULT '{}'
)""",
    f"""
CREATE TABLE IF NOT EXISTS business_secrets ({COLUMNS}
    kid text NOT NULL UNIQUE,
    algorithm text NOT NULL DEFAULT 'HS256',
    secret_sealed text,
    public_key text,
    retired_at timestamptz,
    expires_at timestamptz
)""",
    f"""
CREATE TABLE IF NOT EXISTS api_keys ({COLUMNS}
    name text NOT NULL,
    prefix text NOT NULL,
    key_hash text NOT NULL UNIQUE,
    scopes text[] NOT NULL DEFAULT '{{}}',
    last_used_at timestamptz,
    revoked_at timestamptz
)""",
    f"""
CREATE TABLE IF NOT EXISTS staff ({COLUMNS}
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'csm', 'manager', 'admin')),
    password_hash text NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    last_seen_at timestamptz,
    preferences jsonb NOT NULL DEFAULT '{{}}',
    UNIQUE (business_id, id)
)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS staff_email ON staff (lower(email))",
    "CREATE INDEX IF NOT EXISTS staff_business ON staff (business_id)",
    f"""
CREATE TABLE IF NOT EXISTS staff_sessions ({COLUMNS}
    staff_id uuid NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    token_hash text NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    last_seen_at timestamptz,
    revoked_at timestamptz
)""",
    "CREATE INDEX IF NOT EXISTS staff_sessions_staff ON staff_sessions (business_id, staff_id)",
]

CUSTOMER = [
    f"""
CREATE TABLE IF NOT EXISTS customers ({COLUMNS}
    external_id text NOT NULL,
    name text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    locale text NOT NULL DEFAULT '',
    attributes jsonb NOT NULL DEFAULT '{{}}',
    value double precision,
    renewal_on date,
    owner_id uuid,
    segment text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{{}}',
    first_seen_at timestamptz,
    last_event_at timestamptz,
    identity_strength double precision,
    band text CHECK (band IN ('fragile', 'steady', 'strong')),
    coverage double precision,
    change_7d double precision,
    change_30d double precision,
    recent_high double precision,
    scored_on date,
    scored_at timestamptz,
    scorecard_id uuid,
    context_type text,
    context_expires_at timestamptz,
    celebrations text NOT NULL DEFAULT 'on' CHECK (celebrations IN ('on', 'quiet', 'off')),
    score_hidden boolean NOT NULL DEFAULT false,
    erasure_asked_at timestamptz,
    widget_seen_at timestamptz,
    pulse_rating integer CHECK (pulse_rating BETWEEN 1 AND 5),
    pulse_comment text NOT NULL DEFAULT '',
    pulse_rated_at timestamptz,
    UNIQUE (business_id, external_id),
    UNIQUE (business_id, id),
    FOREIGN KEY (business_id, owner_id) REFERENCES staff (business_id, id)
)""",
    *[
        f"CREATE INDEX IF NOT EXISTS customers_{name} ON customers (business_id, {columns})"
        for name, columns in {
            "strength": "identity_strength, id",
            "name": "name, id",
            "change_7d": "change_7d, id",
            "value": "value, id",
            "last_event": "last_event_at, id",
            "owner": "owner_id, identity_strength, id",
        }.items()
    ],
    """CREATE INDEX IF NOT EXISTS customers_declared ON customers (business_id, context_type, id)
    WHERE context_type IS NOT NULL""",
    # Words to search by stand beside the customers: a rescoring must not rewrite their index.
    """
CREATE TABLE IF NOT EXISTS customer_words (
    business_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (business_id, customer_id),
    FOREIGN KEY (business_id, customer_id) REFERENCES customers (business_id, id) ON DELETE CASCADE
)""",
    "CREATE INDEX IF NOT EXISTS customer_words_words ON customer_words USING gin (words)",
    """
CREATE OR REPLACE FUNCTION pulse_index_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO customer_words (business_id, customer_id, words)
  SELECT business_id, id, to_tsvector('simple', external_id || ' ' || name || ' ' || email)
  FROM fresh
  ON CONFLICT (business_id, customer_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $body$""",
    """
CREATE OR REPLACE FUNCTION pulse_reindex_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO customer_words (business_id, customer_id, words)
  VALUES (NEW.business_id, NEW.id,
    to_tsvector('simple', NEW.external_id || ' ' || NEW.name || ' ' || NEW.email))
  ON CONFLICT (business_id, customer_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $body$""",
    "DROP TRIGGER IF EXISTS customers_words_new ON customers",
    """CREATE TRIGGER customers_words_new AFTER INSERT ON customers
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION pulse_index_words()""",
    "DROP TRIGGER IF EXISTS customers_words_changed ON customers",
    """CREATE TRIGGER customers_words_changed AFTER UPDATE ON customers FOR EACH ROW
    WHEN ((OLD.external_id, OLD.name, OLD.email)
      IS DISTINCT FROM (NEW.external_id, NEW.name, NEW.email))
    EXECUTE FUNCTION pulse_reindex_words()""",
    f"""
CREATE TABLE IF NOT EXISTS events ({COLUMNS}{OF_CUSTOMER}
    kind text NOT NULL,
    occurred_at timestamptz NOT NULL,
    amount double precision,
    properties jsonb NOT NULL DEFAULT '{{}}',
    message_id text NOT NULL,
    UNIQUE (business_id, message_id)
)""",
    """CREATE INDEX IF NOT EXISTS events_of_customer
    ON events (business_id, customer_id, occurred_at)""",
]

IDENTITY = [
    f"""
CREATE TABLE IF NOT EXISTS metrics ({COLUMNS}
    key text NOT NULL,
    position integer NOT NULL,
    definition jsonb NOT NULL,
    UNIQUE (business_id, key)
)""",
    f"""
CREATE TABLE IF NOT EXISTS scorecards ({COLUMNS}
    version integer NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    origin text NOT NULL CHECK (origin IN ('hand_set', 'learned')),
    definition jsonb NOT NULL,
    report jsonb NOT NULL DEFAULT '{{}}',
    note text NOT NULL DEFAULT '',
    published_at timestamptz,
    published_by text NOT NULL DEFAULT '',
    UNIQUE (business_id, version)
)""",
    """CREATE UNIQUE INDEX IF NOT EXISTS scorecards_one_published
    ON scorecards (business_id) WHERE status = 'published'""",
    # No foreign key to customers: a rescoring writes a million rows; erasure deletes by customer.
    f"""
CREATE TABLE IF NOT EXISTS identity_snapshots ({COLUMNS}
    customer_id uuid NOT NULL,
    snapshot_date date NOT NULL,
    taken_at timestamptz NOT NULL,
    identity_strength double precision NOT NULL,
    band text NOT NULL,
    coverage double precision NOT NULL,
    scorecard_id uuid NOT NULL REFERENCES scorecards (id),
    metric_values double precision[] NOT NULL,
    contributions double precision[] NOT NULL,
    UNIQUE (business_id, customer_id, snapshot_date)
)""",
    """CREATE INDEX IF NOT EXISTS identity_snapshots_by_date
    ON identity_snapshots (business_id, snapshot_date)""",
    f"""
CREATE TABLE IF NOT EXISTS customer_milestones ({COLUMNS}{OF_CUSTOMER}
    key text NOT NULL,
    title text NOT NULL,
    text text NOT NULL DEFAULT '',
    reached_on date NOT NULL,
    celebrated_at timestamptz,
    UNIQUE (business_id, customer_id, key)
)""",
    f"""
CREATE TABLE IF NOT EXISTS customer_contexts ({COLUMNS}{OF_CUSTOMER}
    context_type text NOT NULL
      CHECK (context_type IN ('busy', 'stuck', 'exploring', 'frustrated', 'own_words')),
    note text CHECK (length(note) <= 280),
    shared_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    client_key text,
    UNIQUE (business_id, customer_id, client_key)
)""",
    """CREATE INDEX IF NOT EXISTS customer_contexts_live
    ON customer_contexts (business_id, expires_at) WHERE withdrawn_at IS NULL""",
]

CARDS = [
    f"""
CREATE TABLE IF NOT EXISTS conversation_cards ({COLUMNS}{OF_CUSTOMER}
    cause text NOT NULL,
    status text NOT NULL DEFAULT 'pending'
      CHECK (status IN ('pending', 'snoozed', 'dismissed', 'actioned', 'completed')),
    ai_generated_opener text NOT NULL,
    writer text NOT NULL CHECK (writer IN ('template', 'model')),
    writer_note text NOT NULL DEFAULT '',
    style text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT 'en',
    reason text NOT NULL DEFAULT '',
    channel text NOT NULL DEFAULT '',
    follow_up text NOT NULL DEFAULT '',
    reasons jsonb NOT NULL DEFAULT '[]',
    evidence jsonb NOT NULL DEFAULT '{{}}',
    priority double precision NOT NULL DEFAULT 0,
    priority_reasons jsonb NOT NULL DEFAULT '[]',
    assigned_to uuid,
    edited_opener text,
    actioned_at timestamptz,
    actioned_by uuid,
    outcome text CHECK (outcome IN ('responded', 'ignored', 'converted')),
    outcome_at timestamptz,
    outcome_note text NOT NULL DEFAULT '',
    snoozed_until timestamptz,
    snooze_reason text NOT NULL DEFAULT '',
    dismissed_reason text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1,
    prompt_version text NOT NULL DEFAULT '',
    tokens_in integer NOT NULL DEFAULT 0,
    tokens_out integer NOT NULL DEFAULT 0,
    cost double precision NOT NULL DEFAULT 0
)""",
    """CREATE UNIQUE INDEX IF NOT EXISTS conversation_cards_one_open
    ON conversation_cards (business_id, customer_id, cause)
    WHERE status IN ('pending', 'snoozed')""",
    """CREATE INDEX IF NOT EXISTS conversation_cards_rank
    ON conversation_cards (business_id, status, priority DESC, id)""",
    f"""
CREATE TABLE IF NOT EXISTS customer_notes ({COLUMNS}{OF_CUSTOMER}
    staff_id uuid,
    body text NOT NULL
)""",
    """CREATE INDEX IF NOT EXISTS customer_notes_of_customer
    ON customer_notes (business_id, customer_id, created_at)""",
    f"""
CREATE TABLE IF NOT EXISTS imports ({COLUMNS}
    file_name text NOT NULL,
    kind text NOT NULL DEFAULT 'customers',
    status text NOT NULL DEFAULT 'waiting',
    mapping jsonb NOT NULL DEFAULT '{{}}',
    rows_total integer NOT NULL DEFAULT 0,
    rows_new integer NOT NULL DEFAULT 0,
    rows_changed integer NOT NULL DEFAULT 0,
    rows_same integer NOT NULL DEFAULT 0,
    rows_rejected integer NOT NULL DEFAULT 0,
    errors jsonb NOT NULL DEFAULT '[]',
    staff_id uuid,
    finished_at timestamptz
)""",
    f"""
CREATE TABLE IF NOT EXISTS audit_entries ({COLUMNS}
    actor jsonb NOT NULL,
    action text NOT NULL,
    subject text NOT NULL DEFAULT '',
    before jsonb,
    after jsonb,
    reason text NOT NULL DEFAULT ''
)""",
    "CREATE INDEX IF NOT EXISTS audit_entries_by_time ON audit_entries (business_id, created_at)",
]

TENANT_TABLES = [
    "business_secrets",
    "api_keys",
    "staff",
    "staff_sessions",
    "customers",
    "customer_words",
    "events",
    "metrics",
    "scorecards",
    "identity_snapshots",
    "customer_milestones",
    "customer_contexts",
    "conversation_cards",
    "customer_notes",
    "imports",
    "audit_entries",
]
SYSTEM_TABLES = ["businesses", "business_secrets", "staff", "staff_sessions", "api_keys"]


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            TENANT_TABLE,
            SYSTEM_TABLE,
            "CREATE SEQUENCE IF NOT EXISTS pulse_staging",
            "GRANT USAGE ON SEQUENCE pulse_staging TO pulse_tenant",
            *BUSINESS,
            *CUSTOMER,
            *IDENTITY,
            *CARDS,
            "SELECT pulse_tenant_table('businesses', 'id')",
            *[f"SELECT pulse_tenant_table('{name}')" for name in TENANT_TABLES],
            *[f"SELECT pulse_system_table('{name}')" for name in SYSTEM_TABLES],
        ],
    )
