"""Checks of the origins from which widgets may call Pulse, over REST and WebSockets.

A browser sends the page's origin; the business lists the origins of its own pages. Pulse's own
origin (the demo shop, the dashboard's preview) is always allowed. A request without Origin does not
come from a foreign page but from a server or a WebView; a business can refuse those too
(`origin_required`). For read-only requests of Pulse's own pages browsers send Sec-Fetch-Site
instead of Origin.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from pulse import settings
from pulse.auth.businesses import Business
from pulse.errors import NotAllowed

Connection = ASGIConnection[Any, Any, Any, Any]


def check_origin(headers: Mapping[str, str], business: Business) -> None:
    """Raise NotAllowed (ORIGIN_NOT_ALLOWED) when pages of this origin may not show the widget.

    headers: of the request; their names are looked up in any case.
    """
    origin = headers.get("origin")
    if origin is None:
        own = headers.get("sec-fetch-site") == "same-origin"
        if business.origin_required and not own:
            raise NotAllowed("This business requires an Origin header.", code="ORIGIN_NOT_ALLOWED")
    elif origin not in business.allowed_origins and not is_own(origin, headers.get("host")):
        raise NotAllowed(
            f"{origin} is not among the allowed origins of this business.",
            code="ORIGIN_NOT_ALLOWED",
        )


def check_same_origin(connection: Connection) -> None:
    """Raise NotAllowed when a page of another site sent this request with a cookie."""
    headers = connection.headers
    origin = headers.get("origin")
    if origin is None:
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise NotAllowed("This request came from another site.", code="ORIGIN_NOT_ALLOWED")
    elif not is_own(origin, headers.get("host")):
        raise NotAllowed("This request came from another site.", code="ORIGIN_NOT_ALLOWED")


def is_own(origin: str, host: str | None) -> bool:
    """Whether a page of `origin` was served by this Pulse."""
    if origin == settings.current().public_url.rstrip("/"):
        return True
    return host is not None and urlsplit(origin).netloc.lower() == host.lower()
