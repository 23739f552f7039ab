"""A customer's identity strength: read by anyone allowed, recalculated on request."""

from litestar import Controller, get, post
from litestar.openapi import ResponseSpec
from litestar.response.base import ASGIResponse

from pulse import workflows
from pulse.auth.roles import Permission
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.live.messages import encode
from pulse.scoring.queries import Identity, identity_of
from widget_api.fields import Fields, only
from widget_api.request_types import AskedBy, CustomerId
from widget_api.schemas import Data

ANSWER = ResponseSpec(Data[Identity], description="The identity", generate_examples=False)


class IdentityController(Controller):
    """/api/customers/{customer_id}/identity"""

    path = "/api/customers/{customer_id:str}"
    tags = ("identity",)

    @get("/identity", operation_id="read_identity", responses={200: ANSWER})
    async def read(
        self, request: AskedBy, customer_id: CustomerId, fields: Fields = ""
    ) -> ASGIResponse:
        """Identity strength with its exact factors: base + contributions = identity_strength.

        The base is the average of the customers from whom the scorecard was made: all who had
        neither lapsed nor left then and were at most three usual gaps late.

        A customer's own token sees the metrics meant for customers by name and all others as one
        factor “other”, so that the sum still holds.
        """
        identity = await identity_of(request.user.about(customer_id), customer_id)
        return ASGIResponse(
            body=encode(Data(only(fields, identity))), media_type="application/json"
        )

    @post("/identity/recalculate", operation_id="recalculate_identity", status_code=200)
    async def recalculate(self, request: AskedBy, customer_id: CustomerId) -> Data[Identity]:
        """Recalculate the score now, update open pages and widgets, and return the result."""
        scope = request.user.staff(Permission.edit_customers)
        async with tenant(scope) as unit:
            customer = await repository.id_of(unit, customer_id)
        await workflows.recalculate(scope, [customer])
        return Data(await identity_of(scope, customer_id))
