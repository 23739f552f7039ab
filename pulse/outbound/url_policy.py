"""Allowed destinations of requests to an address that a person entered: public internet only.

A name is resolved here and the connection is made to the checked address, so that a name that
changes in between (DNS rebinding) has no effect.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from typing import NamedTuple

import httpx

from pulse import settings
from pulse.errors import Invalid

MOST_CHARACTERS = 2000


class Purpose(NamedTuple):
    """The purpose of a request:

    `code` is the prefix of its error codes, `what` names it in texts.
    """

    code: str
    what: str
    private_allowed: Callable[[], bool]


WEBHOOK = Purpose("WEBHOOK", "webhooks", lambda: settings.current().webhooks_private)
OIDC = Purpose("OIDC", "sign-in", lambda: settings.current().oidc_private)


class Destination(NamedTuple):
    """A checked destination: the given URL, its host, and the IP address to connect to."""

    url: httpx.URL
    host: str
    address: str


def check_url(text: str, purpose: Purpose = WEBHOOK) -> httpx.URL:
    """The URL, if it is allowed; raises Invalid with the reason. Resolves no name."""
    code = f"{purpose.code}_URL"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as wrong:
        raise Invalid("This is not a web address.", code=code) from wrong
    if url.scheme != "https" and not (url.scheme == "http" and purpose.private_allowed()):
        raise Invalid("The address must begin with https://.", code=code)
    if not url.host or url.userinfo:
        raise Invalid("The address needs a host, and no name or password.", code=code)
    if len(text) > MOST_CHARACTERS:
        raise Invalid("The address is too long.", code=code)
    return url


async def resolve(text: str, purpose: Purpose = WEBHOOK) -> Destination:
    """Resolve the host and check all its addresses; raises Invalid when one is private."""
    url = check_url(text, purpose)
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as wrong:
        code = f"{purpose.code}_HOST"
        raise Invalid(f"The host {url.host} cannot be found.", code=code) from wrong
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    private = [address for address in addresses if not is_public(address)]
    if private and not purpose.private_allowed():
        raise Invalid(
            f"{url.host} leads into a private network, where {purpose.what} may not go.",
            code=f"{purpose.code}_PRIVATE",
        )
    return Destination(url, url.host, addresses[0])


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet (also inside IPv4-in-IPv6 forms)."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _ipv4_inside(ip)
        if inner is not None:
            return is_public(str(inner))
    if any(ip in network for network in SPECIAL if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # the host of a virtual machine at Azure
        "192.0.0.0/24",  # protocol assignments, and the metadata of Oracle's machines
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # tunnels of multicast
        "192.88.99.0/24",  # 6to4 relays
        "192.175.48.0/24",  # AS112
        "2620:4f:8000::/48",  # AS112
        "64:ff9b:1::/48",  # NAT64 of a local network
        "100::/32",  # discard-only
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
    )
)
"""Special addresses that `ipaddress` of Python 3.11 treats as global."""


def _ipv4_inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a router would extract from this address, or None."""
    if inner := ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None):
        return inner
    embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(ip in network for network in _LAST_32_BITS):
        return embedded
    isatap = (int(ip) >> 32) & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE)
    return embedded if isatap else None


_LAST_32_BITS = tuple(
    ipaddress.IPv6Network(network)
    for network in ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")  # NAT64, translated, compatible
)
