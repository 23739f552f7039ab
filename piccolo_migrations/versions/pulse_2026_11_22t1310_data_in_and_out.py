"""Data in and out: how an import runs, resumes and is undone; outgoing webhooks."""

from piccolo_migrations.raw import manager
from piccolo_migrations.versions.pulse_2026_11_22t1300_foundation import COLUMNS

ID = "2026-11-22T13:10:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "data in and out"

IMPORTS = [
    """
ALTER TABLE imports
    ADD COLUMN IF NOT EXISTS file_path text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS dry_run boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS rows_done integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS problem text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS columns text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS imported_by text NOT NULL DEFAULT ''
""",
    "CREATE INDEX IF NOT EXISTS imports_by_time ON imports (business_id, created_at)",
    # One row a committed chunk: what to skip when resuming, what to take back when undoing.
    f"""
CREATE TABLE IF NOT EXISTS import_chunks ({COLUMNS}
    import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    last_line bigint NOT NULL,
    created_ids uuid[] NOT NULL DEFAULT '{{}}',
    before jsonb NOT NULL DEFAULT '[]',
    UNIQUE (business_id, import_id, last_line)
)""",
    f"""
CREATE TABLE IF NOT EXISTS import_rejects ({COLUMNS}
    import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    line bigint NOT NULL,
    reason text NOT NULL,
    cells text[] NOT NULL
)""",
    """CREATE INDEX IF NOT EXISTS import_rejects_of_import
    ON import_rejects (business_id, import_id, line)""",
    f"""
CREATE TABLE IF NOT EXISTS import_mappings ({COLUMNS}
    signature text NOT NULL,
    mapping jsonb NOT NULL,
    UNIQUE (business_id, signature)
)""",
]

WEBHOOKS = [
    f"""
CREATE TABLE IF NOT EXISTS webhook_endpoints ({COLUMNS}
    url text NOT NULL,
    description text NOT NULL DEFAULT '',
    event_kinds text[] NOT NULL,
    secret_sealed text NOT NULL,
    old_secret_sealed text,
    old_secret_until timestamptz,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'disabled')),
    failing_since timestamptz,
    disabled_reason text NOT NULL DEFAULT ''
)""",
    """CREATE INDEX IF NOT EXISTS webhook_endpoints_active
    ON webhook_endpoints (business_id) WHERE status = 'active'""",
    f"""
CREATE TABLE IF NOT EXISTS webhook_deliveries ({COLUMNS}
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    event_kind text NOT NULL,
    payload jsonb NOT NULL,
    status text NOT NULL DEFAULT 'waiting'
      CHECK (status IN ('waiting', 'delivered', 'failed', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    last_code integer,
    last_problem text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    replay_of uuid
)""",
    """CREATE INDEX IF NOT EXISTS webhook_deliveries_of_endpoint
    ON webhook_deliveries (business_id, endpoint_id, id)""",
    """CREATE INDEX IF NOT EXISTS webhook_deliveries_due
    ON webhook_deliveries (next_attempt_at) WHERE status = 'waiting'""",
]

TENANT_TABLES = [
    "import_chunks",
    "import_rejects",
    "import_mappings",
    "webhook_endpoints",
    "webhook_deliveries",
]


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            *IMPORTS,
            *WEBHOOKS,
            *[f"SELECT pulse_tenant_table('{name}')" for name in TENANT_TABLES],
        ],
    )
