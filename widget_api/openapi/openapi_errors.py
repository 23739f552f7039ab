"""Error answers in the OpenAPI document: the same for every call of the API."""

from litestar import Controller
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec

from widget_api.schemas import Problem

PROBLEMS = {
    400: "The input does not fit; `details` says where.",
    401: "No credential, or one that is expired, revoked or forged.",
    403: "The credential is good, but not for this, or not from this page.",
    404: "Not there, or not visible for whoever asks.",
    409: "Somebody or something else came first.",
    429: "Too many; come back after the seconds in Retry-After.",
    503: "A part that Pulse needs is away for a moment.",
}


def described(controller: type[Controller]) -> type[Controller]:
    """The controller, with the error answers added to each of its handlers."""
    for handler in vars(controller).values():
        if isinstance(handler, HTTPRouteHandler):
            handler.responses = {**_specifications(), **(handler.responses or {})}
    return controller


def _specifications() -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(Problem, description=words, generate_examples=False)
        for status, words in PROBLEMS.items()
    }
