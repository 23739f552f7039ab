"""An httpx transport that connects only to destinations allowed by `url_policy`."""

import httpx

from pulse.outbound.url_policy import Purpose, resolve


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Resolve the host, check its addresses, and connect to the checked one.

    Raises Invalid for a request that is not allowed. The certificate is still verified for the
    name.
    """

    def __init__(self, purpose: Purpose) -> None:
        super().__init__()
        self._purpose = purpose

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        there = await resolve(str(request.url), self._purpose)
        request.url = there.url.copy_with(host=there.address)
        request.extensions = {**request.extensions, "sni_hostname": there.host}
        return await super().handle_async_request(request)
