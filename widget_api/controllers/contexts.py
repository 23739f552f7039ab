"""The contexts a customer declares: share one, list them, withdraw one."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.params import JSONBody, PathParameter

from pulse import workflows
from pulse.auth.roles import Permission
from pulse.contexts.sharing import Context
from widget_api.limits import SHARES
from widget_api.request_types import AskedBy, CustomerId
from widget_api.schemas import Data, ShareContext
from widget_api.widget_queries import shared_contexts

ContextId = Annotated[UUID, PathParameter(description="the shared state's id, from the list")]


class ContextsController(Controller):
    """/api/customers/{customer_id}/contexts"""

    path = "/api/customers/{customer_id:str}/contexts"
    tags = ("contexts",)

    @get("/", operation_id="list_contexts")
    async def shared(self, request: AskedBy, customer_id: CustomerId) -> Data[list[Context]]:
        """The states that the customer shares at present, newest first."""
        return Data(await shared_contexts(request.user.about(customer_id), customer_id))

    @post("/", operation_id="share_context")
    async def share(
        self, request: AskedBy, customer_id: CustomerId, data: JSONBody[ShareContext]
    ) -> Data[Context]:
        """Share a state: busy, stuck, exploring, frustrated, or own_words with a note (≤ 280)."""
        scope = request.user.about(customer_id, Permission.edit_customers)
        await SHARES.take((scope.business_id, customer_id))
        return Data(
            await workflows.share_context(
                scope, customer_id, data.context_type, data.note, data.client_key
            )
        )

    @delete("/{context_id:uuid}", operation_id="withdraw_context", status_code=200)
    async def withdraw(
        self, request: AskedBy, customer_id: CustomerId, context_id: ContextId
    ) -> Data[dict[str, str]]:
        """Withdraw a shared state."""
        scope = request.user.about(customer_id, Permission.edit_customers)
        await workflows.withdraw_context(scope, customer_id, context_id)
        return Data({"withdrawn": str(context_id)})
