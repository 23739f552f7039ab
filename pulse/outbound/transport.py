"""An httpx transport that goes where `url_policy` allows, and to the checked address only."""

import httpx

from pulse.outbound.url_policy import Purpose, resolve


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Resolve the host, check its addresses, connect to the one that was checked.

    Raises Invalid for a request that may not go out. The certificate is still checked against the
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
