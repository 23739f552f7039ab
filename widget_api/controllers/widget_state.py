"""What the widget reads and changes: its state, pages, preferences, and the wrapped."""

from typing import Annotated

import msgspec
from litestar import Controller, get, put
from litestar.params import JSONBody, PathParameter, QueryParameter

from pulse.auth.businesses import business_by_id
from pulse.auth.roles import Permission
from pulse.contexts import widget_settings
from pulse.contexts.described import pages as described
from pulse.contexts.described.pages import Page, PageName, Wish
from pulse.contexts.state_reading import Preferences, StateOptions, WidgetState
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


Chosen = Annotated[
    bool, QueryParameter(description="`locale` is the page's choice: it counts before a stored one")
]
Described = Annotated[
    bool, QueryParameter(description="with `view`: the first page described, and its words")
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
        self,
        request: AskedBy,
        customer_id: CustomerId,
        locale: Locale = None,
        chosen: Chosen = False,
        view: Described = False,
    ) -> Data[WidgetState]:
        """Everything the widget shows, as the socket's `state` message carries it."""
        scope = request.user.about(customer_id)
        language = locale or negotiate_locale(request)
        asked = StateOptions(locale=language, chosen=chosen, view=view)
        return Data(await widget_state(scope, customer_id, asked))

    @get("/widget/pages/{name:str}", operation_id="read_widget_page")
    async def page(
        self,
        request: AskedBy,
        customer_id: CustomerId,
        name: Annotated[PageName, PathParameter(description="which page")],
        feature: Annotated[
            str, QueryParameter(max_length=200, description="of `reason`: a fact's `feature`")
        ] = "",
        period: Period = "quarter",
        locale: Locale = None,
    ) -> Data[Page]:
        """One of the widget's other pages, described: nodes `[tag, attributes, ...children]`."""
        scope = request.user.about(customer_id)
        language = locale or negotiate_locale(request)
        wish = Wish(name=name, feature=feature, period=period, locale=language)
        return Data(await described.page(scope, customer_id, wish))

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
