"""Columns that most tenant tables share."""

from typing import Any

from piccolo.columns import ForeignKey, OnDelete, OnUpdate, Timestamptz

from pulse import clock
from pulse.tables.business import Business
from pulse.tables.columns import UUID7, TenantForeignKey, TenantKey, TimestamptzNow


def to_business() -> ForeignKey[Any]:
    """A column business_id with a foreign key; the rows are deleted with their business."""
    return ForeignKey(
        references=Business,
        null=False,
        on_delete=OnDelete.cascade,
        on_update=OnUpdate.no_action,
        help_text="the tenant; first in every key, index and query",
    )


def to_business_unchecked() -> TenantForeignKey:
    """A column business_id without a check per row: triggers check once per statement
    (triggers.sql).

    For tables into which a million rows are inserted at once.
    """
    return TenantForeignKey(
        references=Business,
        null=False,
        on_delete=OnDelete.cascade,
        on_update=OnUpdate.no_action,
        help_text="the tenant; checked by triggers, once per statement",
    )


class TenantRow:
    """id, business_id and two dates.

    The table adds `name_pkey = PrimaryKey(["business_id", "id"])`: the attribute's name is the name
    of the constraint, and must differ between tables.
    """

    id = TenantKey(default=UUID7(), primary_key=True)
    business_id = to_business()
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow(), auto_update=clock.now)
