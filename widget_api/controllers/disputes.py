"""Customers dispute facts and try possible values; and who has opened their page."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from pulse.auth.roles import Permission
from pulse.contexts.disputes import Dispute
from pulse.customers.access_log import DayOfViews, views_of
from pulse.right_of_reply import service as right_of_reply
from pulse.scoring.what_if import WhatIfCurve, what_if_of_customer
from widget_api.limits import SHARES
from widget_api.request_types import AskedBy, CustomerId, negotiate_locale
from widget_api.schemas import AnswerDispute, Data, DisputeFact

DisputeId = Annotated[UUID, PathParameter(description="the id of an open dispute")]
Feature = Annotated[str, QueryParameter(max_length=200, description="the `feature` of a fact")]
Locale = Annotated[str | None, QueryParameter(max_length=35, description="language of the texts")]


class DisputesController(Controller):
    """/api/customers/{customer_id}/disputes, …/what-if, …/access and /api/disputes"""

    path = "/api"
    tags = ("widget",)

    @post("/customers/{customer_id:str}/disputes", operation_id="dispute_fact")
    async def dispute(
        self,
        request: AskedBy,
        customer_id: CustomerId,
        data: JSONBody[DisputeFact],
        locale: Locale = None,
    ) -> Data[Dispute]:
        """Dispute a fact. It counts as unknown until staff answer."""
        scope = request.user.about(customer_id, Permission.edit_customers)
        await SHARES.take((scope.business_id, customer_id))
        wanted = locale or negotiate_locale(request)
        return Data(
            await right_of_reply.dispute_fact(scope, customer_id, data.feature, data.note, wanted)
        )

    @post("/disputes/{dispute_id:uuid}/answer", operation_id="answer_dispute", status_code=200)
    async def answer(
        self, request: AskedBy, dispute_id: DisputeId, data: JSONBody[AnswerDispute]
    ) -> Data[dict[str, str]]:
        """Answer a dispute. The customer reads it in the widget, and the fact counts again."""
        scope = request.user.staff(Permission.edit_customers)
        await right_of_reply.answer_dispute(
            scope, dispute_id, data.answer, corrected=data.corrected
        )
        return Data({"answered": str(dispute_id)})

    @get("/customers/{customer_id:str}/what-if", operation_id="read_what_if")
    async def what_if(
        self, request: AskedBy, customer_id: CustomerId, feature: Feature, locale: Locale = None
    ) -> Data[WhatIfCurve]:
        """The identity strength for possible values of one fact that the customer can change."""
        scope = request.user.about(customer_id)
        wanted = locale or negotiate_locale(request)
        return Data(await what_if_of_customer(scope, customer_id, feature, wanted))

    @get("/customers/{customer_id:str}/access", operation_id="read_access")
    async def access(self, request: AskedBy, customer_id: CustomerId) -> Data[list[DayOfViews]]:
        """When staff opened this customer's page in the last 90 days: number of people by day."""
        return Data(await views_of(request.user.about(customer_id), customer_id))
