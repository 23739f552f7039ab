"""The customers of a business, for its programs and staff: list, filter, read one."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import CustomerRow, SortKey
from pulse.scoring.named.assignment import card_names
from widget_api.fields import Fields, only, only_of_each
from widget_api.filter_params import narrowed
from widget_api.request_types import AskedBy, CustomerId
from widget_api.schemas import Data, Listed

Limit = Annotated[int, QueryParameter(ge=1, le=repository.MOST_ROWS, description="rows per page")]
Sort = Annotated[SortKey, QueryParameter(description="the field to sort by")]
Descending = Annotated[bool, QueryParameter(description="largest first")]
After = Annotated[str | None, QueryParameter(description="`next` of the previous page")]


class ListedCustomer(CustomerRow, frozen=True, kw_only=True):
    """One row of the list as programs read it."""

    scorecard: str | None = None
    """The name of the scorecard that made the strength, where the business has several."""


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
    ) -> Listed[ListedCustomer]:
        """A page of customers that match all given filters.

        Paging is by keyset: send `next` as `after`.
        """
        scope = request.user.staff()
        page = await repository.listing(
            scope, chosen, sort=sort, descending=descending, after=after, limit=limit
        )
        names = await card_names(scope, [row.id for row in page.rows])
        rows = [
            ListedCustomer(**msgspec.structs.asdict(row), scorecard=names.get(row.id))
            for row in page.rows
        ]
        return Listed(only_of_each(fields, rows), page.next)

    @get("/{customer_id:str}", operation_id="read_customer")
    async def read(
        self, request: AskedBy, customer_id: CustomerId, fields: Fields = ""
    ) -> Data[dict[str, Any]]:
        """One customer with everything that staff may see."""
        scope = request.user.staff()
        known = await repository.customer(scope, customer_id)
        names = await card_names(scope, [known["id"]])
        return Data(only(fields, known | {"scorecard": names.get(known["id"])}))
