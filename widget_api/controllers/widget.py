"""The widget's files for host sites; any page may load and cache them."""

from typing import Any

from litestar import HttpMethod, Request, Response, get, route
from litestar.params import FromPath

from pulse import widget_release
from pulse.contexts.described.home import frame
from pulse.i18n.identity_phrases import words_for
from pulse.live.messages import encode
from widget_api import bundle
from widget_api.bundle import Asset
from widget_api.schemas import Data

AnyRequest = Request[Any, Any, Any]
READ = [HttpMethod.GET, HttpMethod.HEAD]


@route("/widget/v1/{name:str}", http_method=READ, include_in_schema=False)
async def script(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """The current widget (pulse.js) and its types."""
    return _answer(request, *bundle.versioned_asset("v1", name))


@route("/widget/{version:str}/{name:str}", http_method=READ, include_in_schema=False)
async def pinned(
    request: AnyRequest, version: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """The same files of one version, e.g. v1.4.0."""
    return _answer(request, *bundle.versioned_asset(version, name))


@route("/widget/v1/locales/{name:str}", http_method=READ, include_in_schema=False)
async def locale(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """The texts of one language, e.g. de.json: for widgets before 1.6."""
    return _answer(request, bundle.asset(f"locales/{name}"), bundle.CURRENT)


@route("/widget/v1/view/{name:str}", http_method=READ, include_in_schema=False)
async def view(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """What the widget needs to say that it has no customer, in the language of a tag, as JSON."""
    words = words_for(name.removesuffix(".json"))
    return _answer(request, bundle.make_asset(encode(frame(words)), ".json"), bundle.CURRENT)


@get("/widget/v1/integrity", tags=["widget"], operation_id="read_widget_integrity")
async def integrity() -> Data[dict[str, Any]]:
    """The URL of this version, its hash for the `integrity` attribute, and its sizes in bytes."""
    asset = bundle.script()
    version = widget_release.current().version
    return Data(
        {
            "version": version,
            "path": f"/widget/v{version}/pulse.js",
            "integrity": asset.integrity,
            "bytes": len(asset.content),
            "gzip_bytes": len(asset.gzipped),
        }
    )


def _answer(request: AnyRequest, asset: Asset, kept: str) -> Response[bytes]:
    headers = {
        "ETag": asset.etag,
        "Cache-Control": kept,
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
