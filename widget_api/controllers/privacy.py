"""A customer's personal data: export, erasure request, erasure."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import QueryParameter

from pulse.auth.roles import Permission
from pulse.customers import privacy
from widget_api.auth import forget_customer
from widget_api.request_types import AskedBy, CustomerId
from widget_api.schemas import Data

Reason = Annotated[str, QueryParameter(max_length=500, description="stored in the audit log")]


class Asked(msgspec.Struct, frozen=True):
    """The erasure request was recorded."""

    asked: bool


class PersonalController(Controller):
    """/api/customers/{customer_id}/data, …/erasure-request, and its deletion"""

    path = "/api/customers/{customer_id:str}"
    tags = ("personal data",)

    @get("/data", operation_id="export_customer")
    async def data(self, request: AskedBy, customer_id: CustomerId) -> Data[dict[str, Any]]:
        """Export all data about the customer. With a customer token, internal notes of the business
        are left out."""
        scope = request.user.about(customer_id, Permission.export_data)
        return Data(await privacy.personal_data(scope, customer_id))

    @post("/erasure-request", operation_id="ask_for_erasure", status_code=202)
    async def ask(self, request: AskedBy, customer_id: CustomerId) -> Data[Asked]:
        """Request erasure of the customer. Staff are notified."""
        await privacy.ask_erasure(
            request.user.about(customer_id, Permission.edit_customers), customer_id
        )
        return Data(Asked(True))

    @delete("/", operation_id="erase_customer", status_code=200)
    async def erase(
        self, request: AskedBy, customer_id: CustomerId, reason: Reason = ""
    ) -> Data[dict[str, str]]:
        """Permanently erase a customer with all personal data. For managers and `erase` keys."""
        scope = request.user.staff(Permission.erase_customers)
        await privacy.erase(scope, customer_id, reason)
        forget_customer(scope.business_id, customer_id)
        return Data({"erased": customer_id})
