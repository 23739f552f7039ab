"""What the learning loop keeps beside the cards, the model's budget, and the jobs' tables."""

from piccolo_migrations.raw import manager
from piccolo_migrations.versions.pulse_2026_11_22t1300_foundation import COLUMNS, OF_CUSTOMER
from pulse.jobs import schema

ID = "2026-11-22T13:20:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "cards and jobs"

CARDS = [
    # One row a card: which style was tried where, with what chance, and how it went.
    f"""
CREATE TABLE IF NOT EXISTS card_trials ({COLUMNS}
    card_id uuid NOT NULL REFERENCES conversation_cards (id) ON DELETE CASCADE,
    cause text NOT NULL,
    context text NOT NULL,
    style text NOT NULL,
    variant integer NOT NULL DEFAULT 0,
    chance double precision NOT NULL,
    outcome text CHECK (outcome IN ('responded', 'ignored', 'converted')),
    edit_share double precision,
    UNIQUE (business_id, card_id)
)""",
    """CREATE INDEX IF NOT EXISTS card_trials_cells
    ON card_trials (business_id, cause, context, style)""",
    # Card-worthy customers who were left alone on purpose, so that outreach can be measured.
    f"""
CREATE TABLE IF NOT EXISTS card_hold_outs ({COLUMNS}{OF_CUSTOMER}
    cause text NOT NULL,
    context text NOT NULL,
    strength double precision,
    held_out_at timestamptz NOT NULL
)""",
    """CREATE INDEX IF NOT EXISTS card_hold_outs_of_customer
    ON card_hold_outs (business_id, customer_id, cause, held_out_at)""",
    # An outcome that later events suggest, until somebody says yes or no.
    f"""
CREATE TABLE IF NOT EXISTS card_proposals ({COLUMNS}
    card_id uuid NOT NULL REFERENCES conversation_cards (id) ON DELETE CASCADE,
    outcome text NOT NULL CHECK (outcome IN ('responded', 'ignored', 'converted')),
    because text NOT NULL,
    UNIQUE (business_id, card_id)
)""",
    # Tokens and money a day; `reserved` holds what running calls may still use.
    f"""
CREATE TABLE IF NOT EXISTS card_budgets ({COLUMNS}
    day date NOT NULL,
    calls integer NOT NULL DEFAULT 0,
    reserved bigint NOT NULL DEFAULT 0,
    tokens_in bigint NOT NULL DEFAULT 0,
    tokens_out bigint NOT NULL DEFAULT 0,
    cost double precision NOT NULL DEFAULT 0,
    UNIQUE (business_id, day)
)""",
    """CREATE INDEX IF NOT EXISTS conversation_cards_of_customer
    ON conversation_cards (business_id, customer_id, created_at DESC)""",
    """CREATE INDEX IF NOT EXISTS conversation_cards_by_time
    ON conversation_cards (business_id, created_at)""",
    """CREATE INDEX IF NOT EXISTS audit_entries_of_subject
    ON audit_entries (business_id, subject, id)""",
]

TENANT_TABLES = ["card_trials", "card_hold_outs", "card_proposals", "card_budgets"]


async def forwards():
    return manager(
        ID,
        DESCRIPTION,
        [
            "SET lock_timeout = '5s'",
            *CARDS,
            *[f"SELECT pulse_tenant_table('{name}')" for name in TENANT_TABLES],
            *schema.statements(),
        ],
    )
