"""All rate limits of the API. REST answers 429, sockets an error or close code 4429."""

import math
from typing import Any

from litestar import Request

from pulse.auth.rate_limit import Allowance, Limiter, SharedLimiter

CUSTOMER_REQUESTS = Limiter(burst=120, per_second=4, what="requests of this customer")
KEY_REQUESTS = SharedLimiter("key", burst=1000, per_second=500, what="requests with this key")
ITEMS = SharedLimiter("items", burst=20_000, per_second=2_000, what="items sent with this key")
STAFF_REQUESTS = Limiter(burst=300, per_second=30, what="requests")
SHARES = SharedLimiter("shares", burst=10, per_second=0.5, what="shared states")
SOCKET_MESSAGES = Limiter(burst=60, per_second=5, what="messages on this socket")
CONNECTS = Limiter(burst=30, per_second=1, what="connections of this customer")
SOCKETS_OF_ONE_CUSTOMER = 12  # connections of one customer: tabs and devices
SOCKETS_OF_ONE_BUSINESS = 50_000
DASHBOARDS_OF_ONE_BUSINESS = 500


def set_rate_limit_headers(request: Request[Any, Any, Any], left: Allowance) -> None:
    """Set the response headers RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset."""
    request.scope["state"]["rate_headers"] = [
        (b"ratelimit-limit", b"%d" % left.most),
        (b"ratelimit-remaining", b"%d" % left.left),
        (b"ratelimit-reset", b"%d" % math.ceil(left.full_after)),
    ]
