"""Map exceptions to HTTP answers, in one table and one envelope.

`{"error_code": "NOT_FOUND", "message": "There is no such customer.", "details": {}}`
"""

import math
from typing import Any
from uuid import uuid4

import asyncpg
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from pulse import errors, logs
from pulse.db.transient import is_transient
from widget_api.schemas import Problem

STATUS: dict[type[errors.PulseError], int] = {
    errors.Invalid: 400,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}

_CODES = {
    400: "INVALID_INPUT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
}

_SAID = {
    404: "There is no such page.",
    405: "This address does not take that method.",
    413: "The body is larger than this call takes.",
}
# the title as Litestar gives it
_NO_BODY = {"fields": [{"message": "'data'", "key": "data", "source": "body"}]}


def problem_of(error: Exception) -> Problem:
    """The error envelope of an exception; an unexpected one is logged with a reference number."""
    if isinstance(error, errors.PulseError):
        return Problem(error.code, error.message, error.details)
    if _is_broken_text(error):
        return Problem("INVALID_INPUT", "The input holds a zero character or broken text.", {})
    if is_transient(error):
        logs.event("database_away", level="error", error=type(error).__name__)
        return Problem("UNAVAILABLE", "Pulse cannot use its database for a moment: try again.", {})
    reference = uuid4().hex[:12]
    logs.failure("request_failed", error, reference=reference)
    return Problem("INTERNAL", "Something went wrong on our side.", {"reference": reference})


def refused(_: Request[Any, Any, Any], error: errors.PulseError) -> Response[Problem]:
    """Answer a domain error with its code, message and details."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    headers = {}
    if isinstance(error, errors.TooMany | errors.Unavailable):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, errors.NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(status, problem_of(error), headers)


def misread(_: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer errors raised before a handler runs: unknown route or method, unreadable input."""
    if error.status_code >= HTTP_500_INTERNAL_SERVER_ERROR:
        return failed(_, error)
    code = _CODES.get(error.status_code, "INVALID_INPUT")
    details = {"fields": error.extra} if isinstance(error.extra, list) and error.extra else {}
    message = "The input does not fit." if details else _SAID.get(error.status_code, error.detail)
    if details == _NO_BODY:
        message, details = "Send a JSON object as the body.", {}
    headers = dict(error.headers or {})
    return _answer(error.status_code, Problem(code, message, details), headers)


def failed(_: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer any other exception: it is logged, and the caller gets a reference number."""
    if _is_broken_text(error):
        return _answer(400, problem_of(error), {})
    if is_transient(error):
        return _answer(503, problem_of(error), {"Retry-After": "2"})
    return _answer(500, problem_of(error), {})


def _is_broken_text(error: BaseException) -> bool:
    """Whether a text holds zero characters or lone surrogates, which PostgreSQL refuses."""
    if isinstance(error, asyncpg.DataError) and isinstance(error.__cause__, UnicodeEncodeError):
        return True
    return isinstance(error, _BROKEN_TEXT)


_BROKEN_TEXT = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    UnicodeEncodeError,
)


def _answer(status: int, problem: Problem, headers: dict[str, str]) -> Response[Problem]:
    return Response(problem, status_code=status, headers=headers, media_type="application/json")


HANDLERS: dict[Any, Any] = {
    errors.PulseError: refused,
    HTTPException: misread,
    Exception: failed,
}
