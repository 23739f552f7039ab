"""Examples in the OpenAPI document: what is sent and what comes back, by the operation's id.

`examples/*.json` hold what the demo really answered; lists are cut to their first items. An answer
`{"like": "other_operation"}` has the shape of that one's. A test holds each against its schema.
"""

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parents[1] / "examples"


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """By operation id: `body` and `answer`, where there is one."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(FOLDER.glob("*.json")):
        found |= json.loads(file.read_text("utf-8"))
    for example in found.values():
        answer = example["answer"]
        if isinstance(answer, dict) and "like" in answer:
            example["answer"] = found[answer["like"]]["answer"]
    return found


def illustrated(schema: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the examples beside its schemas; doing it twice does it once.

    Only here, in plain JSON: Litestar's own example objects lose every null, and the defaults it
    writes may be objects of Python.
    """
    schema = msgspec.to_builtins(schema)
    _name_apart(schema["components"]["schemas"])
    for operations in schema["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict) and "operationId" in operation:
                _illustrate(operation, examples().get(operation["operationId"], {}))
    return schema


def _name_apart(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Give schemas of one title titles of their own: generators of clients make classes of them."""
    titles = Counter(schema.get("title") for schema in schemas.values())
    for name, schema in schemas.items():
        if titles[schema.get("title")] > 1:
            schema["title"] = "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _illustrate(operation: dict[str, Any], shown: Mapping[str, Any]) -> None:
    if "body" in shown:
        _put(operation["requestBody"]["content"], shown["body"])
    for status, answer in operation["responses"].items():
        if status.startswith("2") and "answer" in shown:
            _put(answer.get("content", {}), shown["answer"])


def _put(content: Mapping[str, dict[str, Any]], example: Any) -> None:
    for kind, described in content.items():
        form = kind == "multipart/form-data"
        described["example"] = {"file": example} if form else example
