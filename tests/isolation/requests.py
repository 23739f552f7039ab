"""Requests of the walk, from the route table and the examples of the OpenAPI document."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.isolation.world import World
from widget_api.app import document

NOBODY = str(UUID(int=0x0199_0000_0000_7000_8000_0000_0000_0001))
MALFORMED = ("%00", "%FF", "..%2F..%2Fetc", "9" * 400, "'--", "%F0%9F%92%A9", "null")
WRONG_BODIES: tuple[Any, ...] = (None, [], "text", {"customer_id": ["x"]}, {"a\0": "\0"})
PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
AN_ID = re.compile(r"(?:^|_)id$|Id$")
NO_REFERENCE = {"messageId", "client_id"}


class Attempt(msgspec.Struct, frozen=True):
    """One request; `foreign`: whether its ids belong to the harbor or to nobody."""

    method: str
    route: str
    url: str
    body: Any = None
    file: str = ""
    foreign: str = ""


class Routes:
    """The application's calls: its route table with their OpenAPI description."""

    def __init__(self, app: Litestar) -> None:
        self.calls = [
            (route.path_format, method, {one.name: one.type for one in _parameters(route)})
            for route in app.routes
            if isinstance(route, HTTPRoute)
            for method in sorted(route.methods)
        ]
        described: dict[str, Any] = document()["paths"]
        self._described = {
            (path, method.upper()): call
            for path, calls in described.items()
            for method, call in calls.items()
        }

    def attempts(self, world: World, upload_id: str, *, long: bool) -> Iterator[Attempt]:
        """Return every call with ids of the harbor, unknown and malformed ones."""
        for path, method, parameters in self.calls:
            described = self._described.get((path, method), {})
            values = [_values(world, name, kind, long) for name, kind in parameters.items()]
            bodies, file = _bodies(described, world, upload_id, long)
            for chosen in product(*values):
                filled = path
                for name, (value, _) in zip(parameters, chosen, strict=True):
                    filled = filled.replace(f"{{{name}}}", value)
                foreign = "/".join(kind for _, kind in chosen)
                for body in bodies:
                    yield Attempt(method, path, filled, body, file, foreign)
                if chosen == tuple(one[0] for one in values):
                    for query in _queries(described, world, long):
                        yield Attempt(method, path, f"{filled}?{query}", bodies[0], file)


def _parameters(route: HTTPRoute) -> list[Any]:
    return list(route.path_parameters.values())


def _values(world: World, name: str, kind: type, long: bool) -> list[tuple[str, str]]:
    """Return (value, meaning) of a path parameter.

    An id of a table that the walk does not know is an error, so that new routes get meaningful ids.
    """
    malformed = [(one, "malformed") for one in (MALFORMED if long else MALFORMED[:1])]
    if kind is UUID:
        ids = world.baits(name)
        assert ids, f"no table for the parameter {name}: name it after its table"
        if long:
            ids += [str(known[0]) for known in world.ids.values()]
        return [(one, "foreign") for one in ids] + [(NOBODY, "nobody's"), *malformed]
    words = [str(world.person), "p-1"] + (["p-2", "q-1", NOBODY, "unknown"] if long else [])
    return [(quote(one, safe=""), "text") for one in words] + malformed


def _bodies(
    described: dict[str, Any], world: World, upload_id: str, long: bool
) -> tuple[list[Any], str]:
    """Return JSON bodies, or (no body, the file to send)."""
    content = described.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return [None], str(content["multipart/form-data"]["example"]["file"])
    if "application/json" not in content:
        return [None], ""
    example = content["application/json"].get("example")
    assert example is not None, f"{described.get('operationId')} has no example to walk with"
    ids = ["p-1", str(world.person)] if long else ["p-1"]
    filled = [_with_ids(example, one, upload_id) for one in ids]
    return [*filled, *(WRONG_BODIES if long else WRONG_BODIES[-1:])], ""


def _with_ids(value: Any, customer: str, upload_id: str) -> Any:
    if isinstance(value, list):
        return [_with_ids(one, customer, upload_id) for one in value]
    if not isinstance(value, dict):
        return value
    filled = {}
    for name, one in value.items():
        is_id = AN_ID.search(name) and isinstance(one, str) and name not in NO_REFERENCE
        known = upload_id if name == "upload_id" else customer
        filled[name] = known if is_id else _with_ids(one, customer, upload_id)
    return filled


def _queries(described: dict[str, Any], world: World, long: bool) -> Iterator[str]:
    """Return each query parameter with ids of the harbor, unknown and malformed ones."""
    ids = [str(known[0]) for known in world.ids.values()] if long else [str(world.person)]
    for one in described.get("parameters", []):
        if one["in"] == "query":
            for value in (*ids, NOBODY, *(MALFORMED if long else MALFORMED[:2])):
                yield f"{one['name']}={value}"
