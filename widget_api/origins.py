"""The origins from which widgets may call Pulse, over REST and WebSockets.

A browser names the page's origin; the business lists the origins of its own pages. Our own origin
(the demo shop, the dashboard's preview) is always fine. No Origin at all means no foreign page:
servers, WebViews; a business can refuse that too (`origin_required`). Of our own pages' requests
that only read, browsers say by Sec-Fetch-Site where they come from, and no Origin.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from pulse import settings
from pulse.auth.businesses import Business
from pulse.errors import NotAllowed

Connection = ASGIConnection[Any, Any, Any, Any]


def check_origin(connection: Connection, business: Business) -> None:
    """Raise NotAllowed (ORIGIN_NOT_ALLOWED) when a page of this origin may not show the widget."""
    headers = connection.headers
    origin = headers.get("origin")
    if origin is None:
        own = headers.get("sec-fetch-site") == "same-origin"
        if business.origin_required and not own:
            raise NotAllowed("This business requires an Origin header.", code="ORIGIN_NOT_ALLOWED")
    elif origin not in business.allowed_origins and not is_own(origin, headers.get("host")):
        raise NotAllowed(
            f"Pages of {origin} are not on the list of this business.", code="ORIGIN_NOT_ALLOWED"
        )


def check_same_origin(connection: Connection) -> None:
    """Raise NotAllowed when a cookie travels on a request that another site's page made."""
    headers = connection.headers
    origin = headers.get("origin")
    if origin is None:
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise NotAllowed("This request came from another site.", code="ORIGIN_NOT_ALLOWED")
    elif not is_own(origin, headers.get("host")):
        raise NotAllowed("This request came from another site.", code="ORIGIN_NOT_ALLOWED")


def is_own(origin: str, host: str | None) -> bool:
    """True when a page of `origin` was served by this Pulse."""
    if origin == settings.current().public_url.rstrip("/"):
        return True
    return host is not None and urlsplit(origin).netloc.lower() == host.lower()
