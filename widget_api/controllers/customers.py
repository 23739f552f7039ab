"""The customers of a business, for its programs and staff: list, filter, read one."""

from typing import Annotated, Any

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import CustomerRow, SortKey
from widget_api.fields import Fields, only, only_of_each
from widget_api.filter_params import narrowed
from widget_api.request_types import AskedBy, CustomerId
from widget_api.schemas import Data, Listed

Limit = Annotated[int, QueryParameter(ge=1, le=repository.MOST_ROWS, description="rows per page")]
Sort = Annotated[SortKey, QueryParameter(description="the field to sort by")]
Descending = Annotated[bool, QueryParameter(description="largest first")]
After = Annotated[str | None, QueryParameter(description="`next` of the previous page")]


class CustomersController(Controller):
    """/api/customers"""

    path = "/api/customers"
    tags = ("customers",)

    @get("/", operation_id="list_customers", dependencies={"chosen": Provide(narrowed)})
    async def listing(
        self,
        request: AskedBy,
        chosen: NamedDependency[CustomerFilter],
        sort: Sort = "identity_strength",
        descending: Descending = False,
        after: After = None,
        limit: Limit = 50,
        fields: Fields = "",
    ) -> Listed[CustomerRow]:
        """A page of customers that match all given filters.

        Paging is by keyset: send `next` as `after`.
        """
        page = await repository.listing(
            request.user.staff(), chosen, sort=sort, descending=descending, after=after, limit=limit
        )
        return Listed(only_of_each(fields, page.rows), page.next)

    @get("/{customer_id:str}", operation_id="read_customer")
    async def read(
        self, request: AskedBy, customer_id: CustomerId, fields: Fields = ""
    ) -> Data[dict[str, Any]]:
        """One customer with everything that staff may see."""
        known = await repository.customer(request.user.staff(), customer_id)
        return Data(only(fields, known))
