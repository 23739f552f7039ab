"""Decompress request bodies with `Content-Encoding: gzip`, up to a limit."""

import zlib
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from pulse.errors import Invalid

MOST_UNPACKED = 20_000_000  # bytes; 500 items of 40 kB


class Gunzip(ASGIMiddleware):
    """Middleware that decompresses the body, so that handlers read plain JSON."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Wrap `receive` when the body is compressed."""
        packing = dict(scope["headers"]).get(b"content-encoding", b"identity").lower()
        if packing == b"identity":
            await next_app(scope, receive, send)
            return
        if packing != b"gzip":
            raise HTTPException("Send the body plain or gzipped.", status_code=415)
        kept = (b"content-encoding", b"content-length")
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name not in kept]
        await next_app(scope, _Unpacking(receive), send)


class _Unpacking:
    """An ASGI `receive` that decompresses the chunks of the body."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._unpacked = 0

    async def __call__(self) -> Any:
        message: Any = await self._receive()
        if message["type"] != "http.request":
            return message
        body = self._unpack(message.get("body", b""))
        if not message.get("more_body") and not self._unpacker.eof:
            raise Invalid("The gzipped body ends too early.")
        return {**message, "body": body}

    def _unpack(self, packed: bytes) -> bytes:
        try:
            body = self._unpacker.decompress(packed, MOST_UNPACKED - self._unpacked + 1)
        except zlib.error as broken:
            raise Invalid("The body is not gzip, although Content-Encoding says so.") from broken
        self._unpacked += len(body)
        if self._unpacked > MOST_UNPACKED:
            raise RequestEntityTooLarge("The unpacked body is larger than 20 MB.")
        return body
