"""Businesses: the tenants."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from pulse import clock
from pulse.tables.columns import UUID7, TimestamptzNow


class Business(Table, tablename="businesses"):
    """A tenant; its slug is its public id."""

    id = UUID(default=UUID7(), primary_key=True)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow(), auto_update=clock.now)
    slug = Text(default=None)
    name = Text(default=None)
    currency = Text(default="EUR", help_text="ISO 4217")
    locale = Text(default="en", help_text="BCP 47")
    time_zone = Text(default="UTC", help_text="IANA name")
    is_demo = Boolean(default=False)
    settings = JSONB(default="{}")
    allowed_origins = Array(base_column=Text(), default=list, help_text="sites with the widget")

    businesses_slug_key = Unique(["slug"])
