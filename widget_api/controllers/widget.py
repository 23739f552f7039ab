"""The widget's files for host sites: any page may load them, and keep them for a while."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from widget_api import bundle
from widget_api.bundle import Asset
from widget_api.wire import Data

AnyRequest = Request[Any, Any, Any]


@get(["/widget/v1/pulse.js", "/widget/v1/pulse-widget.js"], include_in_schema=False)
async def script(request: AnyRequest) -> Response[bytes]:
    """The widget itself."""
    return _answer(request, bundle.script())


@get("/widget/v1/locales/{name:str}", include_in_schema=False)
async def locale(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """The words of one language, e.g. de.json."""
    return _answer(request, bundle.asset(f"locales/{name}"))


@get("/widget/v1/integrity", tags=["widget"], operation_id="read_widget_integrity")
async def integrity() -> Data[dict[str, Any]]:
    """The hash for the `integrity` attribute of the script tag, and the sizes."""
    asset = bundle.script()
    return Data(
        {
            "integrity": asset.integrity,
            "bytes": len(asset.content),
            "gzip_bytes": len(asset.gzipped),
        }
    )


def _answer(request: AnyRequest, asset: Asset) -> Response[bytes]:
    headers = {
        "ETag": asset.etag,
        "Cache-Control": bundle.CACHE_CONTROL,
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    content = asset.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = asset.gzipped, "gzip"
    return Response(content, headers=headers, media_type=asset.media_type)
