"""Customers, what staff note about them, and the imports that brought them."""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    Boolean,
    Date,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class Customer(Table, tablename="customers"):
    """One customer; the current score stands in `customer_scores`."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    external_id = Text()
    name = Text()
    email = Text()
    locale = Text()
    attributes = JSONB()
    value = DoublePrecision(
        null=True, default=None, help_text="money a year, in the currency of the business"
    )
    renewal_on = Date(null=True, default=None)
    owner_id = UUID(null=True, default=None)
    segment = Text()
    tags = Array(base_column=Text())
    first_seen_at = Timestamptz(null=True, default=None)
    last_event_at = Timestamptz(null=True, default=None)
    context_type = Text(null=True, default=None)
    context_expires_at = Timestamptz(null=True, default=None)
    celebrations = Text()
    score_hidden = Boolean()
    erasure_asked_at = Timestamptz(null=True, default=None)
    widget_seen_at = Timestamptz(null=True, default=None)
    pulse_rating = Integer(
        null=True, default=None, help_text="the CSM’s own feeling, 1 to 5, beside the score"
    )
    pulse_comment = Text()
    pulse_rated_at = Timestamptz(null=True, default=None)
    identified_at = Timestamptz(null=True, default=None, help_text="of the newest identify call")


class CustomerScore(Table, tablename="customer_scores"):
    """The current score in scalars; its arrays stand in the newest snapshot.

    A table of its own, since a rescoring writes all of it: the view `scored_customers` joins both.
    """

    customer_id = UUID(primary_key=True)
    business_id = UUID(null=False)
    identity_strength = DoublePrecision()
    band = Text()
    coverage = DoublePrecision(help_text="0 to 1, the share of weight that is known")
    change_7d = DoublePrecision(
        null=True, default=None, help_text="points against the snapshot 7 days before"
    )
    change_30d = DoublePrecision(
        null=True, default=None, help_text="points against the snapshot 30 days before"
    )
    recent_high = DoublePrecision(help_text="highest strength of the last 90 days")
    scored_on = Date()
    scored_at = Timestamptz()
    scorecard_id = UUID()


class CustomerNote(Table, tablename="customer_notes"):
    """A note of a staff member."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    customer_id = UUID(null=False)
    staff_id = UUID(null=True, default=None)
    body = Text()


class CustomerTouch(Table, tablename="customer_touches"):
    """When staff mean to be in touch next, and what for: at most one for a customer."""

    customer_id = UUID(primary_key=True)
    business_id = UUID(null=False)
    due_on = Date()
    purpose = Text()
    staff_id = UUID(null=True, default=None)
    created_at = Timestamptz()


class Import(Table, tablename="imports"):
    """One uploaded file and what became of it."""

    id = UUID(primary_key=True)
    business_id = UUID(null=False)
    created_at = Timestamptz()
    updated_at = Timestamptz()
    file_name = Text()
    kind = Text()
    status = Text()
    mapping = JSONB()
    rows_total = Integer()
    rows_new = Integer()
    rows_changed = Integer()
    rows_same = Integer()
    rows_rejected = Integer()
    errors = JSONB()
    staff_id = UUID(null=True, default=None)
    finished_at = Timestamptz(null=True, default=None)
    file_path = Text(help_text="where the upload lies until it is imported")
    dry_run = Boolean()
    rows_done = Integer()
    problem = Text(help_text="why it failed, for a person")
    columns = Array(base_column=Text(), help_text="the file's header")
    imported_by = Text()
    runner = UUID(null=True, default=None, help_text="the run that may write its chunks")
