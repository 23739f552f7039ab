"""Types of handler arguments shared by many calls, and the negotiated language."""

from typing import Annotated, Any

from litestar import Request
from litestar.params import PathParameter

from pulse.errors import Invalid
from pulse.i18n.identity_phrases import LANGUAGES
from widget_api.auth import Caller

AskedBy = Request[Caller, Any, Any]
CustomerId = Annotated[str, PathParameter(description="The customer's id in your own system.")]


class CheckedJsonRequest(Request[Any, Any, Any]):
    """A request that raises Invalid where the JSON decoder would fail with another exception."""

    async def json(self) -> Any:
        """The body; raises Invalid for text that is not UTF-8 and for JSON nested too deeply."""
        try:
            return await super().json()
        except UnicodeDecodeError as wrong:
            raise Invalid("The body is not UTF-8.") from wrong
        except RecursionError as deep:
            raise Invalid("The body is nested too deeply.") from deep


def negotiate_locale(request: AskedBy) -> str | None:
    """The best supported locale of Accept-Language, or None."""
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "")[:LONGEST_HEADER].split(","):
        locale, _, weight = part.strip().partition(";q=")
        spoken = locale.split("-")[0].lower() in LANGUAGES
        if spoken:
            wanted.append((_weight(weight), locale))
    return max(wanted, key=lambda one: one[0])[1] if wanted else None


LONGEST_HEADER = 200


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
