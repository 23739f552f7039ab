"""The customers of a business, for its programs and staff: list, find, look at one."""

from typing import Annotated, Any, Literal

from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter

from pulse.contexts.sharing import ContextType
from pulse.customers import directory
from pulse.customers.directory import CustomerRow, SortKey
from pulse.customers.filters import CustomerFilter
from pulse.identity.bands import Band
from widget_api.asked import AskedBy, CustomerId
from widget_api.fields import Fields, only, only_of_each
from widget_api.wire import Data, Listed

Limit = Annotated[int, QueryParameter(ge=1, le=directory.MOST_ROWS, description="rows a page")]
After = Annotated[str | None, QueryParameter(description="`next` of the page before")]


class CustomersController(Controller):
    """/api/customers"""

    path = "/api/customers"
    tags = ("customers",)

    @get("/", operation_id="list_customers")
    async def listing(
        self,
        request: AskedBy,
        segment: FromQuery[str] = "",
        search: FromQuery[str] = "",
        band: FromQuery[Band | Literal[""]] = "",
        context: FromQuery[ContextType | Literal["any", "calls", ""]] = "",
        tag: FromQuery[str] = "",
        strength_from: FromQuery[float | None] = None,
        strength_to: FromQuery[float | None] = None,
        change_7d_from: FromQuery[float | None] = None,
        change_7d_to: FromQuery[float | None] = None,
        sort: FromQuery[SortKey] = "identity_strength",
        descending: FromQuery[bool] = False,
        after: After = None,
        limit: Limit = 50,
        fields: Fields = "",
    ) -> Listed[CustomerRow]:
        """A page of customers, narrowed by any of the filters; keyset paging by `next`."""
        chosen = CustomerFilter(
            segment=segment,
            search=search,
            band=band,
            context=context,
            tag=tag,
            strength_from=strength_from,
            strength_to=strength_to,
            change_7d_from=change_7d_from,
            change_7d_to=change_7d_to,
        )
        page = await directory.listing(
            request.user.staff(), chosen, sort=sort, descending=descending, after=after, limit=limit
        )
        return Listed(only_of_each(fields, page.rows), page.next)

    @get("/{customer_id:str}", operation_id="read_customer")
    async def read(
        self, request: AskedBy, customer_id: CustomerId, fields: Fields = ""
    ) -> Data[dict[str, Any]]:
        """Everything staff may know about one customer."""
        known = await directory.customer(request.user.staff(), customer_id)
        return Data(only(fields, known))
