"""The API as one ASGI application: `build()` for the server, `document()` for the OpenAPI file."""

from typing import Any

from litestar import Controller, Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from pulse import settings
from widget_api import errors
from widget_api.auth import authenticate
from widget_api.controllers import health, widget
from widget_api.controllers.administration.identity_provider import IdentityProviderController
from widget_api.controllers.administration.retention import RetentionController
from widget_api.controllers.administration.roles import RolesController
from widget_api.controllers.cards import CardsController
from widget_api.controllers.contexts import ContextsController
from widget_api.controllers.customers import CustomersController
from widget_api.controllers.disputes import DisputesController
from widget_api.controllers.identity import IdentityController
from widget_api.controllers.ingestion import IngestionController
from widget_api.controllers.merges import MergesController
from widget_api.controllers.privacy import PersonalController
from widget_api.controllers.segment import SegmentController
from widget_api.controllers.uploads import CustomFieldsController, UploadController
from widget_api.controllers.webhooks import WebhooksController
from widget_api.controllers.widget_state import OwnController
from widget_api.middleware import Edge
from widget_api.openapi.openapi_errors import described
from widget_api.openapi.openapi_examples import illustrated
from widget_api.openapi.openapi_page import IllustratedPlugin, ReferencePlugin
from widget_api.query_parameters import remember_parameters
from widget_api.request_types import CheckedJsonRequest
from widget_api.sockets.dashboard import dashboard_socket
from widget_api.sockets.widget import widget_socket

CONTROLLERS: tuple[type[Controller], ...] = (
    IdentityController,
    OwnController,
    ContextsController,
    DisputesController,
    CardsController,
    CustomersController,
    MergesController,
    IngestionController,
    SegmentController,
    PersonalController,
    UploadController,
    CustomFieldsController,
    WebhooksController,
    IdentityProviderController,
    RolesController,
    RetentionController,
)
LARGEST_BODY = 2_000_000  # bytes, unless a handler sets its own limit (uploads)


def build(*, serves_live: bool = True) -> Edge:
    """The application for /api, /ws, /widget, /health, /metrics and, in demo mode, /demo.

    serves_live: this process serves sockets or pages, so it is ready only while it receives changes
    made by other processes.
    """
    chosen = settings.current()
    litestar = _litestar(demo=chosen.demo, documented=chosen.demo or chosen.api_docs)
    litestar.state.serves_live = serves_live
    return Edge(litestar)


def document() -> dict[str, Any]:
    """The OpenAPI document of the API, as written by `pulse openapi`; without the demo's calls."""
    return illustrated(_litestar(demo=False, documented=True).openapi_schema.to_schema())


def _litestar(*, demo: bool, documented: bool) -> Litestar:
    api = Router(
        "/",
        before_request=authenticate,
        security=[{"customer_token": []}, {"api_key": []}],
        route_handlers=[described(controller) for controller in CONTROLLERS],
    )
    open_to_all: list[Any] = [
        health.live,
        health.ready,
        health.prometheus,
        widget.script,
        widget.pinned,
        widget.locale,
        widget.view,
        widget.integrity,
    ]
    if demo:
        from widget_api.controllers.demo import router

        open_to_all.append(router())
    app = Litestar(
        [api, widget_socket, dashboard_socket, *open_to_all],
        request_class=CheckedJsonRequest,
        exception_handlers=errors.HANDLERS,
        openapi_config=_openapi() if documented else None,
        request_max_body_size=LARGEST_BODY,
        debug=False,
        logging_config=None,
    )
    remember_parameters(app)
    return app


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Pulse API",
        version="1",
        description=_DESCRIPTION,
        path="/api/docs",
        render_plugins=[ReferencePlugin(), IllustratedPlugin()],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "customer_token": _bearer("JWT", "Signed by the business for one customer."),
                "api_key": _bearer("pulse_sk_…", "Of the business's programs."),
                "write_key": SecurityScheme(
                    type="http", scheme="basic", description="An API key as the user name."
                ),
            }
        ),
    )


def _bearer(form: str, description: str) -> SecurityScheme:
    return SecurityScheme(type="http", scheme="bearer", bearer_format=form, description=description)


_DESCRIPTION = """\
JSON in snake_case. A success is {"data": …}, a failure {"error_code", "message", "details"}.

Send `Authorization: Bearer …` with a customer token (the widget; it reaches that customer only) \
or an API key (your programs). A key's scopes, none of which holds another: `read`, `write`, \
`ingest`, `erase` (erase customers, take imports back), `admin` (webhooks, sign-in, roles). \
Over a limit the answer is 429 with Retry-After. `?fields=a,b` sends only these fields of each item.

WebSockets: /ws for one customer and /ws/dashboard for a business's programs; the credential goes \
into the subprotocols ["pulse.v1", "pulse.token.…"] or the first message.\
"""
