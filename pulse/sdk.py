"""The public interface for packages that extend Pulse.

Queries, metric kinds, card triggers and channels.

All names here keep their meaning between releases; import nothing else from `pulse`. The interface
for views is `ui.sdk`. docs/add-a-view.md shows examples.

    async with tenant(scope):
        rows = await Customer.select(Customer.name, Customer.renewal_on).where(
            Customer.business_id == scope.business_id, Customer.renewal_on >= start
        )
"""

from piccolo.columns import And, Or
from piccolo.query import Avg, Count, Max, Min, Sum

from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.staff import Person
from pulse.auth.staff import people as list_staff
from pulse.cards.channels import Delivery, channel
from pulse.cards.settings import CardRules
from pulse.cards.triggers import CardContext
from pulse.cards.triggers import rule as card_trigger
from pulse.clock import now, today
from pulse.contexts.reports_sql import DayCount, contexts_per_day
from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import CustomerRow, count_exactly, listing
from pulse.customers.staff_actions import add_note, add_notes
from pulse.db.prepared import Param, any_of, columns_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound, PulseError, Unavailable
from pulse.scoring.metrics.event_features import Floats, Past
from pulse.scoring.metrics.event_kinds import Parameters, metric_kind
from pulse.tables.activity import CustomerContext, Event
from pulse.tables.card import ConversationCard
from pulse.tables.customer import Customer, CustomerNote, CustomerScore
from pulse.tables.snapshot import IdentitySnapshot
from pulse.tables.staff import Staff

__all__ = [
    "And",
    "Avg",
    "CardContext",
    "CardRules",
    "Conflict",
    "ConversationCard",
    "Count",
    "Customer",
    "CustomerContext",
    "CustomerFilter",
    "CustomerNote",
    "CustomerRow",
    "CustomerScore",
    "DayCount",
    "Delivery",
    "Event",
    "Floats",
    "IdentitySnapshot",
    "Invalid",
    "Max",
    "Min",
    "NotAllowed",
    "NotFound",
    "Or",
    "Param",
    "Parameters",
    "Past",
    "Person",
    "PulseError",
    "Role",
    "Scope",
    "Staff",
    "Sum",
    "Unavailable",
    "Unit",
    "add_note",
    "add_notes",
    "any_of",
    "card_trigger",
    "channel",
    "columns_of",
    "contexts_per_day",
    "count_exactly",
    "list_staff",
    "listing",
    "metric_kind",
    "now",
    "prepared",
    "tenant",
    "today",
]
