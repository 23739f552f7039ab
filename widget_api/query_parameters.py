"""Refuse unknown and repeated query parameters.

If a misspelt filter were ignored, the call would return all customers.
"""

from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl

from litestar import Litestar, Request
from litestar.routes import HTTPRoute

from pulse.errors import Invalid

STATE = "query_parameters"
Known = dict[str, tuple[frozenset[str], frozenset[str]]]
"""By operation id: all parameters, and those that may be repeated."""


def remember_parameters(app: Litestar) -> None:
    """Collect the parameters of every call from its handler and its dependencies."""
    known: Known = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler, model in route.route_handler_map.values():
                names = frozenset(each.field_alias for each in model.expected_query_params)
                several = frozenset(model.sequence_query_parameter_names)
                known[str(handler)] = (names, several)
    app.state[STATE] = known


def check_parameters(request: Request[Any, Any, Any]) -> None:
    """Raise Invalid for an unknown or a repeated query parameter."""
    if not request.scope["query_string"]:
        return
    known: Known = request.app.state[STATE]
    names, several = known.get(str(request.route_handler), (frozenset(), frozenset()))
    seen: set[str] = set()
    query = request.scope["query_string"].decode("latin-1")
    for name, _ in parse_qsl(query, keep_blank_values=True):
        if name not in names:
            raise _unknown(name, names)
        if name in seen and name not in several:
            raise Invalid(f"The parameter “{name}” is given twice: send it once.", parameter=name)
        seen.add(name)


def _unknown(name: str, names: frozenset[str]) -> Invalid:
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    words = f"This call has no parameter “{name[:80]}”.{hint}"
    return Invalid(words, code="UNKNOWN_PARAMETER", parameter=name[:80], known=sorted(names))
