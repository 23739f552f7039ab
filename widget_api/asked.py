"""Types of a handler's arguments, so that every handler says the same in the same words."""

from typing import Annotated, Any

from litestar import Request
from litestar.params import PathParameter

from widget_api.auth import Caller

AskedBy = Request[Caller, Any, Any]
CustomerId = Annotated[str, PathParameter(description="The customer's id in your own system.")]
