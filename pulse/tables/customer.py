"""Customers, their current scores, notes, and related records."""

from piccolo.columns import (
    JSONB,
    Array,
    Boolean,
    Date,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from pulse import clock
from pulse.tables.choices import CelebrationMode, CustomerLifecycle, StrengthBand
from pulse.tables.columns import (
    UUID7,
    PrimaryKey,
    References,
    TenantForeignKey,
    TenantKey,
    TenantTextKey,
    TimestamptzNow,
    TSVector,
    one_of,
)
from pulse.tables.scorecard import Scorecard
from pulse.tables.staff import Staff
from pulse.tables.tenant import TenantRow, to_business_unchecked

UNCHECKED = "goes with the customer by a trigger (triggers.sql)"


class Customer(Table, tablename="customers"):
    """One customer; the current score is in `customer_scores`."""

    id = TenantKey(default=UUID7(), primary_key=True)
    business_id = to_business_unchecked()
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow(), auto_update=clock.now)
    external_id = Text(default=None, help_text="the customer's id at the business")
    name = Text(default="")
    email = Text(default="")
    locale = Text(default="", help_text="BCP 47; empty: the business's")
    attributes = JSONB(default="{}")
    value = DoublePrecision(
        null=True,
        default=None,
        help_text="value a year as imported, in the currency of the business",
    )
    yearly_value = DoublePrecision(
        null=True,
        default=None,
        help_text="value a year: of the orders as last scored, else as imported (yearly_value.sql)",
    )
    renewal_on = Date(null=True, default=None)
    owner_id = TenantForeignKey(references=Staff, null=True, help_text="their CSM")
    segment = Text(default="")
    tags = Array(base_column=Text(), default=list)
    first_seen_at = Timestamptz(null=True, default=None)
    last_event_at = Timestamptz(null=True, default=None)
    context_type = Text(null=True, default=None, help_text="of the newest declared context")
    context_expires_at = Timestamptz(null=True, default=None)
    celebrations = Text(default="on", choices=CelebrationMode)
    score_hidden = Boolean(default=False)
    erasure_asked_at = Timestamptz(null=True, default=None)
    widget_seen_at = Timestamptz(null=True, default=None)
    pulse_rating = Integer(
        null=True, default=None, help_text="CSM rating, 1 to 5; does not change the score"
    )
    pulse_comment = Text(default="")
    pulse_rated_at = Timestamptz(null=True, default=None)
    identified_at = Timestamptz(null=True, default=None, help_text="of the newest identify call")

    customers_pkey = PrimaryKey(["business_id", "id"])
    customers_business_id_external_id_key = Unique(["business_id", "external_id"])
    customers_owner_id_fkey = References("owner_id", "staff", on_delete="NO ACTION")
    customers_celebrations_check = Check(one_of("celebrations", CelebrationMode))
    customers_pulse_rating_check = Check("pulse_rating BETWEEN 1 AND 5")


class CustomerScore(Table, tablename="customer_scores"):
    """The current score as scalars; its arrays are in the latest snapshot.

    A separate table, because a rescoring writes all of it: the view `scored_customers` joins both.
    """

    business_id = to_business_unchecked()
    customer_id = TenantForeignKey(
        references=Customer, null=False, primary_key=True, help_text=UNCHECKED
    )
    identity_strength = DoublePrecision(default=None, help_text="0 to 100")
    band = Text(
        null=True,
        default=None,
        choices=StrengthBand,
        help_text="none for lapsed and left customers, whatever their strength",
    )
    coverage = DoublePrecision(default=None, help_text="0 to 1, the share of weight that is known")
    change_7d = DoublePrecision(
        null=True, default=None, help_text="points, compared with the snapshot 7 days before"
    )
    change_30d = DoublePrecision(
        null=True, default=None, help_text="points, compared with the snapshot 30 days before"
    )
    recent_high = DoublePrecision(default=None, help_text="highest strength of the last 90 days")
    scored_on = Date(default=None)
    scored_at = Timestamptz(default=None)
    scorecard_id = TenantForeignKey(
        references=Scorecard, null=False, help_text="not checked: versions are never deleted"
    )
    lifecycle = Text(default=CustomerLifecycle.active, choices=CustomerLifecycle)
    orders = Integer(default=0, help_text="orders that were not cancelled completely")
    last_order_at = Timestamptz(
        null=True, default=None, help_text="the last order that was not cancelled"
    )
    usual_gap_days = DoublePrecision(
        null=True,
        default=None,
        help_text="days between orders, drawn towards the business’s; the next is expected then",
    )
    habitual = Boolean(
        null=True,
        default=None,
        help_text="whether usual_gap_days is a habit of theirs; only then is it called usual",
    )
    value_year = DoublePrecision(
        null=True,
        default=None,
        help_text="orders of the last 365 days minus cancellations and returns; "
        "part of customers.yearly_value",
    )
    value_at_risk = DoublePrecision(
        null=True,
        default=None,
        help_text="value a year × chance to leave; none where unknown, and for lapsed or left ones",
    )

    customer_scores_pkey = PrimaryKey(["business_id", "customer_id"])
    customer_scores_band_check = Check(one_of("band", StrengthBand))
    customer_scores_lifecycle_check = Check(one_of("lifecycle", CustomerLifecycle))


class CustomerWords(Table, tablename="customer_words"):
    """Words for search, maintained by triggers; separate, so that a rescoring does not rewrite the
    index.
    """

    business_id = to_business_unchecked()
    customer_id = TenantForeignKey(
        references=Customer, null=False, primary_key=True, help_text=UNCHECKED
    )
    words = TSVector()

    customer_words_pkey = PrimaryKey(["business_id", "customer_id"])


class CustomerNote(TenantRow, Table, tablename="customer_notes"):
    """A note of a staff member."""

    customer_id = TenantForeignKey(references=Customer, null=False)
    staff_id = TenantForeignKey(references=Staff, null=True, help_text="the author; not checked")
    body = Text(default=None)

    customer_notes_pkey = PrimaryKey(["business_id", "id"])
    customer_notes_customer_id_fkey = References("customer_id", "customers")


class CustomerTraitTimes(Table, tablename="customer_trait_times"):
    """When each trait of a customer was sent in an identify call."""

    business_id = to_business_unchecked()
    customer_id = TenantForeignKey(references=Customer, null=False, primary_key=True)
    times = JSONB(default="{}", help_text="by trait, in seconds since 1970")

    customer_trait_times_pkey = PrimaryKey(["business_id", "customer_id"])
    customer_trait_times_customer_id_fkey = References("customer_id", "customers")


class CustomerMerge(TenantRow, Table, tablename="customer_merges"):
    """A merge of one customer into another, with the data for undo within 30 days."""

    customer_id = TenantForeignKey(
        references=Customer, null=False, help_text="the remaining customer"
    )
    external_id = Text(default=None, help_text="the id of the merged customer")
    name = Text(default="", help_text="the name of the merged customer")
    merged_by = Text(default="")
    merged = JSONB(default="{}", help_text="the merged customer's row, and rows that conflicted")
    former = JSONB(default="{}", help_text="former values of the remaining customer's columns")
    moved = JSONB(default="{}", help_text="ids of the moved rows, by table")
    undone_at = Timestamptz(null=True, default=None)

    customer_merges_pkey = PrimaryKey(["business_id", "id"])
    customer_merges_customer_id_fkey = References("customer_id", "customers")


class CustomerAlias(Table, tablename="customer_aliases"):
    """A former id of a customer from before a merge: data sent under it goes to the customer."""

    business_id = to_business_unchecked()
    external_id = TenantTextKey(default=None, primary_key=True, help_text="unique in a business")
    customer_id = TenantForeignKey(references=Customer, null=False)
    created_at = Timestamptz(default=TimestamptzNow())

    customer_aliases_pkey = PrimaryKey(["business_id", "external_id"])
    customer_aliases_customer_id_fkey = References("customer_id", "customers")


class CustomerTouch(Table, tablename="customer_touches"):
    """The next follow-up, with its purpose: at most one per customer."""

    business_id = to_business_unchecked()
    customer_id = TenantForeignKey(references=Customer, null=False, primary_key=True)
    due_on = Date(default=None)
    purpose = Text(default="")
    staff_id = TenantForeignKey(
        references=Staff, null=True, help_text="who planned it; not checked"
    )
    created_at = Timestamptz(default=TimestamptzNow())

    customer_touches_pkey = PrimaryKey(["business_id", "customer_id"])
    customer_touches_customer_id_fkey = References("customer_id", "customers")


class CustomerDispute(TenantRow, Table, tablename="customer_disputes"):
    """A fact that a customer disputes; its metric is neutral until answered.

    At most one is open per metric and customer (index customer_disputes_open).
    """

    customer_id = TenantForeignKey(references=Customer, null=False)
    metric = Text(default=None, help_text="key of the metric")
    fact = Text(default="", help_text="the fact as the customer read it")
    told = Text(default="", help_text="the fact as staff read it: label and value")
    note = Text(default="", help_text="the customer's words, up to 280 characters")
    answer = Text(default="", help_text="the answer of staff, up to 500 characters")
    answered_at = Timestamptz(null=True, default=None)
    corrected = Boolean(default=False, help_text="staff agreed and corrected the data")
    staff_id = TenantForeignKey(references=Staff, null=True, help_text="who answered; not checked")

    customer_disputes_pkey = PrimaryKey(["business_id", "id"])
    customer_disputes_customer_id_fkey = References("customer_id", "customers")


class CustomerView(Table, tablename="customer_views"):
    """The days on which staff opened a customer's page, for "Who has seen my data"."""

    business_id = to_business_unchecked()
    customer_id = TenantForeignKey(references=Customer, null=False, primary_key=True)
    viewed_on = Date(default=None)
    staff_id = TenantForeignKey(references=Staff, null=False, help_text="not checked")

    customer_views_pkey = PrimaryKey(["business_id", "customer_id", "viewed_on", "staff_id"])
    customer_views_customer_id_fkey = References("customer_id", "customers")
