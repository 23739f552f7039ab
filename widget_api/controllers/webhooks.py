"""Webhook endpoints of a business: URLs, secrets, delivery log; for admins and `admin` keys."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from pulse.auth.roles import Permission
from pulse.webhooks import endpoints
from pulse.webhooks.endpoints import Delivery, Endpoint
from widget_api.request_types import AskedBy
from widget_api.schemas import Data

EndpointId = Annotated[UUID, PathParameter(description="the endpoint, from the list")]
DeliveryId = Annotated[UUID, PathParameter(description="the delivery, from the endpoint's log")]
After = Annotated[UUID | None, QueryParameter(description="the last id of the previous page")]
Url = Annotated[str, Meta(min_length=8, max_length=2000)]


class NewEndpoint(msgspec.Struct, frozen=True):
    """The URL, and the kinds of events to send."""

    url: Url
    event_kinds: list[str]
    description: Annotated[str, Meta(max_length=200)] = ""


class ChangeEndpoint(msgspec.Struct, frozen=True):
    """Only given fields change.

    `active`: true turns it on and resets its failures, false pauses it.
    """

    url: Url | None = None
    event_kinds: list[str] | None = None
    description: Annotated[str, Meta(max_length=200)] | None = None
    active: bool | None = None


class Secret(msgspec.Struct, frozen=True):
    """The secret with which the receiver verifies signatures."""

    secret: str


class Queued(msgspec.Struct, frozen=True):
    """The id of the queued delivery."""

    delivery_id: UUID


class WebhooksController(Controller):
    """/api/webhook-endpoints and /api/webhook-deliveries"""

    path = "/api"
    tags = ("webhooks",)

    @get("/webhook-endpoints", operation_id="list_webhook_endpoints")
    async def listed(self, request: AskedBy) -> Data[list[Endpoint]]:
        """All endpoints of the business."""
        return Data(await endpoints.listed(request.user.staff(Permission.manage_integrations)))

    @post("/webhook-endpoints", operation_id="create_webhook_endpoint")
    async def create(self, request: AskedBy, data: JSONBody[NewEndpoint]) -> Data[Endpoint]:
        """Add an endpoint. Its URL must be https and must not lead into a private network."""
        scope = request.user.staff(Permission.manage_integrations)
        return Data(await endpoints.create(scope, data.url, data.event_kinds, data.description))

    @put("/webhook-endpoints/{endpoint_id:uuid}", operation_id="change_webhook_endpoint")
    async def change(
        self, request: AskedBy, endpoint_id: EndpointId, data: JSONBody[ChangeEndpoint]
    ) -> Data[Endpoint]:
        """Change an endpoint, pause it or turn it on again."""
        return Data(
            await endpoints.update(
                request.user.staff(Permission.manage_integrations),
                endpoint_id,
                url=data.url,
                event_kinds=data.event_kinds,
                description=data.description,
                active=data.active,
            )
        )

    @delete(
        "/webhook-endpoints/{endpoint_id:uuid}",
        operation_id="remove_webhook_endpoint",
        status_code=200,
    )
    async def remove(self, request: AskedBy, endpoint_id: EndpointId) -> Data[dict[str, str]]:
        """Remove an endpoint and its delivery log."""
        await endpoints.remove(request.user.staff(Permission.manage_integrations), endpoint_id)
        return Data({"removed": str(endpoint_id)})

    @get("/webhook-endpoints/{endpoint_id:uuid}/secret", operation_id="get_webhook_secret")
    async def secret(self, request: AskedBy, endpoint_id: EndpointId) -> Data[Secret]:
        """The secret that signs deliveries."""
        return Data(
            Secret(
                await endpoints.secret(
                    request.user.staff(Permission.manage_integrations), endpoint_id
                )
            )
        )

    @post("/webhook-endpoints/{endpoint_id:uuid}/secret", operation_id="rotate_webhook_secret")
    async def rotate(self, request: AskedBy, endpoint_id: EndpointId) -> Data[Secret]:
        """Create a new secret. The old one signs as well for 24 hours."""
        scope = request.user.staff(Permission.manage_integrations)
        return Data(Secret(await endpoints.rotate_secret(scope, endpoint_id)))

    @post(
        "/webhook-endpoints/{endpoint_id:uuid}/test",
        operation_id="test_webhook_endpoint",
        status_code=202,
    )
    async def test(self, request: AskedBy, endpoint_id: EndpointId) -> Data[Queued]:
        """Send a test event."""
        return Data(
            Queued(
                await endpoints.send_test(
                    request.user.staff(Permission.manage_integrations), endpoint_id
                )
            )
        )

    @get("/webhook-endpoints/{endpoint_id:uuid}/deliveries", operation_id="list_deliveries")
    async def deliveries(
        self, request: AskedBy, endpoint_id: EndpointId, after: After = None
    ) -> Data[list[Delivery]]:
        """The delivery log, newest first. `after`: the last id of the previous page."""
        scope = request.user.staff(Permission.manage_integrations)
        return Data(await endpoints.deliveries(scope, endpoint_id, before=after))

    @post(
        "/webhook-deliveries/{delivery_id:uuid}/replay",
        operation_id="replay_delivery",
        status_code=202,
    )
    async def replay(self, request: AskedBy, delivery_id: DeliveryId) -> Data[Queued]:
        """Send an event again with its original id."""
        return Data(
            Queued(
                await endpoints.replay(
                    request.user.staff(Permission.manage_integrations), delivery_id
                )
            )
        )
