"""What the widget reads and changes: its state, preferences, the look back."""

from typing import Annotated

import msgspec
from litestar import Controller, get, put
from litestar.params import JSONBody, QueryParameter

from pulse.auth.businesses import business_by_id
from pulse.auth.roles import Permission
from pulse.contexts import widget_settings
from pulse.contexts.state_reading import Preferences, WidgetState
from pulse.contexts.widget_state import prefer, widget_state
from pulse.milestones.wrapped import PeriodKind, Slide
from pulse.milestones.wrapped_data import Story, look_back
from widget_api.request_types import AskedBy, CustomerId, negotiate_locale
from widget_api.schemas import Data, PreferencesChange

Period = Annotated[PeriodKind, QueryParameter(description="the length of the period")]
Locale = Annotated[
    str | None,
    QueryParameter(
        max_length=35,
        description="language of the texts; else Accept-Language, else the customer's own",
    ),
]


class Wrapped(msgspec.Struct, frozen=True):
    """A look back: the period in words and dates, and its slides."""

    period: dict[str, str]
    slides: list[Slide]


class OwnController(Controller):
    """/api/customers/{customer_id}/…: what the widget reads and changes for its customer."""

    path = "/api/customers/{customer_id:str}"
    tags = ("widget",)

    @get("/widget", operation_id="read_widget")
    async def state(
        self, request: AskedBy, customer_id: CustomerId, locale: Locale = None
    ) -> Data[WidgetState]:
        """Everything the widget shows, as the socket's `state` message carries it."""
        scope = request.user.about(customer_id)
        return Data(await widget_state(scope, customer_id, locale or negotiate_locale(request)))

    @put("/preferences", operation_id="set_preferences")
    async def prefer(
        self, request: AskedBy, customer_id: CustomerId, data: JSONBody[PreferencesChange]
    ) -> Data[Preferences]:
        """Set celebrations (on, quiet, off) and whether the score is shown. Omitted fields stay."""
        return Data(
            await prefer(
                request.user.about(customer_id, Permission.edit_customers),
                customer_id,
                celebrations=data.celebrations,
                score_hidden=data.score_hidden,
            )
        )

    @get("/wrapped", operation_id="read_wrapped")
    async def wrapped(
        self,
        request: AskedBy,
        customer_id: CustomerId,
        period: Period = "quarter",
        locale: Locale = None,
    ) -> Data[Wrapped]:
        """A look back over the last quarter or year, with positive facts only."""
        scope = request.user.about(customer_id)
        business = await business_by_id(scope.business_id)
        bond = widget_settings.read(business.settings).bond
        asked = locale or negotiate_locale(request)
        back = await look_back(scope, customer_id, period, asked, bond)
        return Data(Wrapped(_period(back), back.slides))


def _period(back: Story) -> dict[str, str]:
    period = back.period
    first, last = period.start.isoformat(), period.end.isoformat()
    return {"from": first, "to": last, "label": back.label, "kind": period.kind}
