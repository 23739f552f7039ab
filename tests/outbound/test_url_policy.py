"""Webhooks cannot reach private networks."""

import socket
from typing import Any

import pytest

from pulse.errors import Invalid
from pulse.outbound.url_policy import check_url, is_public, resolve
from pulse.settings import Settings


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "168.63.129.16",
        "192.0.0.192",
        "192.88.99.1",
        "::7f00:1",
        "::ffff:0:127.0.0.1",
        "64:ff9b:1::7f00:1",
        "2001:4860::5efe:10.0.0.1",
        "3fff::1",
        "5f00::1",
        "fec0::1",
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "64:ff9b::8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/plain",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user:word@example.com/",
        "https:///nowhere",
        "nonsense",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_odd_urls_are_refused(chosen_settings: Settings, url: str) -> None:
    with pytest.raises(Invalid):
        check_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://2130706433/",
     "https://0x7f.1/"],
)  # fmt: skip
async def test_names_and_numbers_of_private_addresses_are_refused(
    chosen_settings: Settings, url: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await resolve(url)
    assert caught.value.code in ("WEBHOOK_PRIVATE", "WEBHOOK_HOST")


async def test_one_private_address_among_public_ones_is_refused(
    chosen_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two(*_: Any, **__: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("93.184.215.14", 443)), (*kind, ("10.0.0.8", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with pytest.raises(Invalid) as caught:
        await resolve("https://two.example/")
    assert caught.value.code == "WEBHOOK_PRIVATE"
