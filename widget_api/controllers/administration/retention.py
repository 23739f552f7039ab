"""Retention periods of a business, for staff who manage the business and `admin` keys."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post, put
from litestar.params import JSONBody
from msgspec import Meta

from pulse.auth.roles import Permission
from pulse.operations import retention
from pulse.operations.retention import Due, Periods, Run
from widget_api.request_types import AskedBy
from widget_api.schemas import Data

Months = Annotated[int, Meta(ge=6, le=240)] | None
AuditMonths = Annotated[int, Meta(ge=12, le=240)] | None


class Retention(msgspec.Struct, frozen=True):
    """The periods, what they would delete today, and the last deletions."""

    periods: Periods
    due: dict[str, Due]
    runs: list[Run]


class SetPeriods(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Months to keep each kind of data. null, or a field left out, keeps it without limit."""

    events: Months = None
    notes: Months = None
    snapshots: Months = None
    audit: AuditMonths = None
    inactive_customers: Months = None


class RetentionController(Controller):
    """/api/retention"""

    path = "/api/retention"
    tags = ("retention",)

    @get("", operation_id="get_retention")
    async def shown(self, request: AskedBy) -> Data[Retention]:
        """The periods in months, what the next daily job will delete, what earlier ones deleted."""
        scope = request.user.staff(Permission.manage_business)
        chosen = await retention.periods(scope)
        due = await retention.due(scope, chosen)
        return Data(Retention(chosen, due, await retention.runs(scope)))

    @post("/preview", operation_id="preview_retention", status_code=200)
    async def preview(self, request: AskedBy, data: JSONBody[SetPeriods]) -> Data[dict[str, Due]]:
        """Count what these periods would delete today, with the oldest date. Changes nothing."""
        scope = request.user.staff(Permission.manage_business)
        return Data(await retention.due(scope, retention.checked(msgspec.to_builtins(data))))

    @put("", operation_id="set_retention")
    async def change(self, request: AskedBy, data: JSONBody[SetPeriods]) -> Data[Retention]:
        """Set all periods. The next daily job permanently deletes what is older."""
        scope = request.user.staff(Permission.manage_business)
        chosen = await retention.set_periods(scope, msgspec.to_builtins(data))
        due = await retention.due(scope, chosen)
        return Data(Retention(chosen, due, await retention.runs(scope)))
