"""/api/docs: the OpenAPI document as an HTML page without scripts or external requests."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

from widget_api.openapi.openapi_examples import illustrated

Schema = dict[str, Any]
PARAGRAPH = "\n\n"


class ReferencePlugin(OpenAPIRenderPlugin):
    """Renders every operation with its parameters, body and answers."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: Schema) -> bytes:
        """The HTML page."""
        return page(illustrated(openapi_schema)).encode()


class IllustratedPlugin(JsonRenderPlugin):
    """The OpenAPI document with its examples."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Schema) -> bytes:
        """The document as JSON."""
        return super().render(request, illustrated(openapi_schema))


def page(schema: Schema) -> str:
    """An OpenAPI 3.1 document as HTML."""
    info, groups = schema["info"], _groups(schema)
    links = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in groups)
    body = "".join(
        f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(parts)}'
        for tag, parts in groups.items()
    )
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>"
        f"{_paragraphs(info.get('description', ''))}"
        "<p><a href='/api/docs/openapi.json'>openapi.json</a></p></header>"
        f"<nav aria-label='Groups'>{links}</nav><main>{body}</main></body></html>"
    )


def _groups(schema: Schema) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for path, operations in sorted(schema["paths"].items()):
        for method, operation in operations.items():
            if isinstance(operation, dict) and "operationId" in operation:
                tag = (operation.get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append(_operation(schema, path, method, operation))
    return groups


def _operation(schema: Schema, path: str, method: str, operation: Schema) -> str:
    words = operation.get("description", "")
    parts = [
        f"<summary><b class='{escape(method)}'>{escape(method.upper())}</b> "
        f"<code>{escape(path)}</code> <span>{_prose(words.split(PARAGRAPH)[0])}</span></summary>",
        _paragraphs(words),
    ]
    if operation.get("parameters"):
        rows = "".join(_parameter(schema, each) for each in operation["parameters"])
        parts.append(f"<h3>Parameters</h3><table>{rows}</table>")
    if body := operation.get("requestBody"):
        parts.append(f"<h3>Body</h3>{_content(schema, body)}")
    parts += _answers(schema, operation["responses"])
    return f"<details id='{escape(operation['operationId'])}'>{''.join(parts)}</details>"


def _answers(schema: Schema, answers: Schema) -> Iterator[str]:
    """Successes in full; failures, which all have the same form, in one line each."""
    failures = ""
    for status, answer in sorted(answers.items()):
        words = escape(answer.get("description", ""))
        if status < "400":
            yield f"<h3>{escape(status)} <small>{words}</small></h3>{_content(schema, answer)}"
        else:
            failures += f"<tr><td>{escape(status)}<td>{words}"
    yield f"<h3>Failures</h3><table>{failures}</table>" if failures else ""


def _parameter(schema: Schema, parameter: Schema) -> str:
    kind = _kind(schema, parameter.get("schema", {}))
    needed = "required" if parameter.get("required") else "optional"
    words = escape(parameter.get("description") or "")
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code><td>{escape(parameter['in'])}, {needed}"
        f"<td>{kind}<td>{words}"
    )


def _content(schema: Schema, holder: Schema) -> str:
    return "".join(
        f"<p><code>{escape(media_type)}</code></p>{_fields(schema, content.get('schema', {}))}"
        f"{_example(content.get('example'))}"
        for media_type, content in (holder.get("content") or {}).items()
    )


def _example(example: Any) -> str:
    if example is None:
        return ""
    plain = example if isinstance(example, str) else json.dumps(example, indent=1)
    return f"<details><summary>Example</summary><pre>{escape(plain)}</pre></details>"


def _fields(schema: Schema, shape: Schema, depth: int = 0) -> str:
    """A table of an object's fields with nested objects, at most four levels deep."""
    shape = _resolved(schema, shape)
    if shape.get("type") == "array":
        return _fields(schema, shape.get("items", {}), depth)
    properties = shape.get("properties")
    if not properties or depth > 3:
        return "" if depth else f"<p>{_kind(schema, shape)}</p>"
    required = set(shape.get("required", ()))
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code>{'' if name in required else ' <i>optional</i>'}"
        f"<td>{_kind(schema, field)}<td>{escape(_resolved(schema, field).get('description', ''))}"
        f"{_fields(schema, field, depth + 1)}"
        for name, field in properties.items()
    )
    return f"<table>{rows}</table>"


def _kind(schema: Schema, shape: Schema) -> str:
    return escape(" or ".join(dict.fromkeys(_kinds(schema, shape))) or "anything")


def _kinds(schema: Schema, shape: Schema) -> Iterator[str]:
    shape = _resolved(schema, shape)
    for branch in shape.get("oneOf") or shape.get("anyOf") or ():
        yield from _kinds(schema, branch)
    if "enum" in shape:
        yield from (f"“{value}”" for value in shape["enum"])
    elif shape.get("type") == "array":
        yield f"list of {' or '.join(_kinds(schema, shape.get('items', {}))) or 'anything'}"
    elif isinstance(shape.get("type"), str):
        yield f"{shape['type']} ({shape['format']})" if "format" in shape else shape["type"]
    elif isinstance(shape.get("type"), list):
        yield from shape["type"]


def _resolved(schema: Schema, shape: Schema) -> Schema:
    while "$ref" in shape:
        found: Any = schema
        for step in shape["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        shape = found
    return shape


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_prose(part)}</p>" for part in text.split(PARAGRAPH) if part.strip())


def _prose(text: str) -> str:
    """Text in which `code` is marked up."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:2rem 1rem}
small,i,summary span{font-weight:400;opacity:.7}nav{display:flex;flex-wrap:wrap;gap:.5rem 1rem}
h1,h2,h3{line-height:1.2}h2{margin-top:2.5rem}h3{font-size:1rem}
details{border-top:1px solid #8884;padding:.5rem 0}summary{cursor:pointer}
summary b{display:inline-block;min-width:4.2em;font-size:.85em}
table{border-collapse:collapse;width:100%}
td{border-top:1px solid #8883;padding:.3rem .6rem .3rem 0;vertical-align:top}
pre{overflow:auto;max-height:24rem;padding:.6rem;background:#8881;font-size:.85em}
td td:first-child{padding-left:.6rem}code{font-size:.92em;overflow-wrap:anywhere}
"""
