"""Examples in the OpenAPI document: request and response by operation id.

`examples/*.json` hold real answers of the demo; lists are cut to their first items. An answer
`{"like": "other_operation"}` has the form of that operation's answer. A test checks each example
against its schema.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parents[1] / "examples"
SCHEMAS = "#/components/schemas/"


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
    """The OpenAPI document with the examples added and its schemas named plainly. Idempotent.

    Works on plain JSON: Litestar's own example objects drop every null, and its defaults may
    contain Python objects.
    """
    schema = msgspec.to_builtins(schema)
    _name_apart(schema["components"]["schemas"])
    _name_without_modules(schema)
    for operations in schema["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict) and "operationId" in operation:
                _illustrate(operation, examples().get(operation["operationId"], {}))
    return schema


def _name_apart(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Give schemas with equal titles distinct ones; client generators make classes from titles."""
    titles = Counter(schema.get("title") for schema in schemas.values())
    for name, schema in schemas.items():
        if titles[schema.get("title")] > 1:
            schema["title"] = "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _name_without_modules(document: dict[str, Any]) -> None:
    """Name schemas such as Data_pulse.contexts.sharing.Context_ by their titles: Data_Context."""
    schemas = document["components"]["schemas"]
    names = {
        name: re.sub(r"\W+", "_", schema["title"]).strip("_")
        for name, schema in schemas.items()
        if not re.fullmatch(r"\w*[^\W_]", name)
    }
    document["components"]["schemas"] = {
        names.get(name, name): schema for name, schema in schemas.items()
    }
    _rename_references(
        document, {f"{SCHEMAS}{old}": f"{SCHEMAS}{new}" for old, new in names.items()}
    )


def _rename_references(node: Any, names: Mapping[str, str]) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            node["$ref"] = names.get(node["$ref"], node["$ref"])
        for child in node.values():
            _rename_references(child, names)
    elif isinstance(node, list):
        for child in node:
            _rename_references(child, names)


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
