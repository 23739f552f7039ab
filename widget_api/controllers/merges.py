"""Duplicate customers: find, merge, undo a merge."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.params import JSONBody, PathParameter

from pulse.auth.roles import Permission
from pulse.customers.merging import merge as merging
from pulse.customers.merging.duplicates import Alike, Duplicates, possible_duplicates
from pulse.customers.merging.merge import Joined, Merge
from pulse.imports import jobs
from pulse.scoring.named.assignment import card_names_of
from widget_api.auth import forget_customer
from widget_api.request_types import AskedBy, CustomerId
from widget_api.schemas import Data, ExternalId

MergeId = Annotated[UUID, PathParameter(description="The merge's id, as `merges` lists it.")]


class MergeRequest(msgspec.Struct, frozen=True):
    """The customer to merge into the one in the URL."""

    customer_id: ExternalId


class AlikeCustomer(Alike, frozen=True, kw_only=True):
    """One of them as programs read it."""

    scorecard: str | None = None
    """The name of the scorecard that made the strength, where the business has several."""


class PossibleDuplicates(msgspec.Struct, frozen=True):
    """Customers who may be one person, the oldest first, and why."""

    reason: str
    customers: list[AlikeCustomer]


class MergesController(Controller):
    """/api/customers/{customer_id}/merge, …/merges, …/merges/{merge_id}/undo, duplicates"""

    path = "/api"
    tags = ("customers",)

    @post("/customers/{customer_id:str}/merge", operation_id="merge_customers", status_code=200)
    async def merge(
        self, request: AskedBy, customer_id: CustomerId, data: JSONBody[MergeRequest]
    ) -> Data[Merge]:
        """Merge another customer into this one: events, cards, notes, contexts, scores.

        The other id then refers to this customer. Can be undone for 30 days.
        """
        scope = request.user.staff(Permission.edit_customers)
        done = await merging.merge(scope, customer_id, data.customer_id)
        return _followed(request, done)

    @get("/customers/{customer_id:str}/merges", operation_id="list_merges")
    async def merges(self, request: AskedBy, customer_id: CustomerId) -> Data[list[Merge]]:
        """The merges into this customer, newest first."""
        return Data(await merging.merges_of(request.user.staff(), customer_id))

    @post(
        "/customers/{customer_id:str}/merges/{merge_id:uuid}/undo",
        operation_id="undo_merge",
        status_code=200,
    )
    async def undo(
        self, request: AskedBy, customer_id: CustomerId, merge_id: MergeId
    ) -> Data[Merge]:
        """Undo a merge. Data received since then under the former id stays with this customer."""
        done = await merging.undo(
            request.user.staff(Permission.edit_customers), customer_id, merge_id
        )
        return _followed(request, done)

    @get("/possible-duplicates", operation_id="list_possible_duplicates")
    async def duplicates(self, request: AskedBy) -> Data[list[PossibleDuplicates]]:
        """Customers who may be one person: the same e-mail address, phone number or almost the
        same id. Up to 100 groups."""
        scope = request.user.staff()
        groups = await possible_duplicates(scope)
        ids = [one.customer_id for group in groups for one in group.customers]
        names = await card_names_of(scope, ids)
        return Data([_named(group, names) for group in groups])


def _named(group: Duplicates, names: Mapping[str, str]) -> PossibleDuplicates:
    customers = [
        AlikeCustomer(**msgspec.structs.asdict(one), scorecard=names.get(one.customer_id))
        for one in group.customers
    ]
    return PossibleDuplicates(group.reason, customers)


def _followed(request: AskedBy, done: Joined) -> Data[Merge]:
    business = request.user.business.id
    forget_customer(business, done.merge.former_id)
    forget_customer(business, done.merge.customer_id)
    jobs.schedule_rescore(request.user.staff(Permission.edit_customers), done.customers)
    return Data(done.merge)
