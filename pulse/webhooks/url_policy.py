"""Where a webhook may go: public addresses only, checked again at every delivery.

A name is resolved here and the connection made to the very address that was checked, so that a
name that changes its mind in between (DNS rebinding) leads nowhere.
"""

import asyncio
import ipaddress
import socket
from typing import NamedTuple

import httpx

from pulse import settings
from pulse.errors import Invalid


class Destination(NamedTuple):
    """A checked address: the URL as given, its host, and the IP address to connect to."""

    url: httpx.URL
    host: str
    address: str


def check_url(text: str) -> httpx.URL:
    """The URL, if a webhook may have it; Invalid says what is wrong. Resolves nothing."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as wrong:
        raise Invalid("This is not a web address.", code="WEBHOOK_URL") from wrong
    if url.scheme != "https" and not (url.scheme == "http" and _private_allowed()):
        raise Invalid("The address must begin with https://.", code="WEBHOOK_URL")
    if not url.host or url.userinfo:
        raise Invalid("The address needs a host, and no name or password.", code="WEBHOOK_URL")
    if len(text) > 2000:
        raise Invalid("The address is too long.", code="WEBHOOK_URL")
    return url


async def resolve(text: str) -> Destination:
    """Look the host up and check every address it has; Invalid when one is private."""
    url = check_url(text)
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except OSError as wrong:
        raise Invalid(f"The host {url.host} cannot be found.", code="WEBHOOK_HOST") from wrong
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    private = [address for address in addresses if not is_public(address)]
    if private and not _private_allowed():
        raise Invalid(
            f"{url.host} leads into a private network, where webhooks may not go.",
            code="WEBHOOK_PRIVATE",
        )
    return Destination(url, url.host, addresses[0])


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet (also behind IPv4-in-IPv6 forms)."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            ip = inner
        elif ip in ipaddress.IPv6Network("64:ff9b::/96"):  # NAT64 carries an IPv4 address inside
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _private_allowed() -> bool:
    return settings.current().webhooks_private
