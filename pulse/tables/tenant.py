"""What the rows of most tenant tables begin with."""

from typing import Any

from piccolo.columns import ForeignKey, OnDelete, OnUpdate, Timestamptz

from pulse import clock
from pulse.tables.business import Business
from pulse.tables.columns import UUID7, TenantForeignKey, TenantKey, TimestamptzNow


def to_business() -> ForeignKey[Any]:
    """A column business_id that the database checks; the rows go with their business."""
    return ForeignKey(
        references=Business,
        null=False,
        on_delete=OnDelete.cascade,
        on_update=OnUpdate.no_action,
        help_text="the tenant; first in every key, index and query",
    )


def to_business_unchecked() -> TenantForeignKey:
    """A column business_id without a check a row: triggers do it once a statement (triggers.sql).

    For tables into which a million rows come at once.
    """
    return TenantForeignKey(
        references=Business,
        null=False,
        on_delete=OnDelete.cascade,
        on_update=OnUpdate.no_action,
        help_text="the tenant; checked by triggers, a statement at a time",
    )


class TenantRow:
    """id, business_id and two dates.

    The table adds `name_pkey = PrimaryKey(["business_id", "id"])`: the name of a constraint is its
    attribute's, and must differ from table to table.
    """

    id = TenantKey(default=UUID7(), primary_key=True)
    business_id = to_business()
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow(), auto_update=clock.now)
