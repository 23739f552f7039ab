"""The OpenAPI document describes every call, and examples match their schemas."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from widget_api.app import document
from widget_api.openapi.openapi_examples import examples

DOCUMENT = document()
OPERATIONS = {
    operation["operationId"]: operation
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
}


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the contents sent and returned on success."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield from answer.get("content", {}).values()


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_call_says_what_it_does_and_what_each_parameter_means(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["description"]
    for parameter in operation.get("parameters", ()):
        assert parameter.get("description"), parameter["name"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_examples_have_the_shape_that_is_promised(name: str) -> None:
    for content in contents(OPERATIONS[name]):
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        assert not list(jsonschema_rs.validator_for(schema).iter_errors(content["example"]))


def test_no_example_is_about_a_call_that_is_not_there() -> None:
    assert set(examples()) == set(OPERATIONS)


def test_no_two_schemas_have_one_title() -> None:
    titles = [schema.get("title") for schema in DOCUMENT["components"]["schemas"].values()]
    assert len(titles) == len(set(titles))


def test_schemas_are_named_without_modules_and_every_reference_leads_to_one() -> None:
    names = set(DOCUMENT["components"]["schemas"])
    assert [name for name in names if not re.fullmatch(r"\w*[^\W_]", name)] == []
    referred = re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(DOCUMENT))
    assert "Data_list_Context" in referred
    assert set(referred) <= names


@pytest.mark.parametrize("name", ["upload_customers", "examine_upload"])
def test_an_upload_documents_its_formats(name: str) -> None:
    content = OPERATIONS[name]["requestBody"]["content"]
    assert set(content) == {"multipart/form-data", "application/octet-stream"}
    form = content["multipart/form-data"]["schema"]
    assert form["required"] == ["file"]
    assert form["properties"]["file"]["format"] == "binary"


def test_a_row_of_the_customer_list_documents_its_dates() -> None:
    row = DOCUMENT["components"]["schemas"]["ListedCustomer"]["properties"]
    formats = {
        name: [one.get("format") for one in row[name].get("oneOf", [])]
        for name in ("last_order_at", "context_expires_at", "last_event_at", "scored_at")
    }
    assert all("date-time" in one for one in formats.values()), formats
    assert "date" in [one.get("format") for one in row["renewal_on"]["oneOf"]]
