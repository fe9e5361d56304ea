"""The routes described: valid, true of what is answered, and nothing that is sent makes a route fail."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fulfillment.routes import ROUTES
from tests.local import TOKENS, Function, Workbook

EXAMPLES = int(os.environ.get("FUZZ_ROUTES", "3"))
"""Requests for each route; `make fuzz` sends many more."""

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

HEADERS = {"Authorization": f"Bearer {TOKENS['admin']}"}


@pytest.fixture(scope="module")
def function(shop: Workbook) -> Iterator[Function]:
    shop.stock("NASM CPT combined FIRST-1 1")
    shop.sell(CPT="NASM-CPT-FULL")
    with Function(shop) as function:
        yield function


@pytest.fixture(scope="module")
def description(function: Function) -> dict[str, Any]:
    described: dict[str, Any] = requests.get(f"{function.url}/openapi.json", timeout=60).json()
    return described


@pytest.fixture(scope="module")
def described(function: Function) -> Any:
    return schemathesis.openapi.from_url(f"{function.url}/openapi.json")


def test_the_description_is_valid(description: dict[str, Any]) -> None:
    validate(description)


def test_every_example_is_answered_as_described(function: Function, description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            body = route.get("requestBody", {}).get("content", {}).get("application/json", {})
            url = function.url + path.replace("{order_id}", "6855909900591")
            answer = requests.request(method, url, json=body.get("example"), headers=HEADERS, timeout=60)
            assert answer.status_code == 200, (path, answer.text)
            schema = route["responses"]["200"]["content"]["application/json"]["schema"]
            errors = [error.message for error in validator(description, schema).iter_errors(answer.json())]
            assert not errors, (path, errors)


def test_an_address_that_no_route_can_have_is_refused_like_any_other(function: Function) -> None:
    answer = function.get("/orders/6855909900591%0A/story")
    assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")


def validator(description: dict[str, Any], schema: Mapping[str, Any]) -> Draft202012Validator:
    whole = Resource(contents=description, specification=DRAFT202012)
    registry: Any = Registry().with_resource("urn:description", whole)
    return Draft202012Validator({"$ref": "urn:description" + schema["$ref"]}, registry=registry)


def test_an_answer_has_the_fields_that_are_described_and_no_other(
    function: Function, description: dict[str, Any]
) -> None:
    order = json.loads(json.dumps(description["paths"]["/orders"]["post"]))["requestBody"]
    answer = function.post("/orders", order["content"]["application/json"]["example"]).json()
    described = description["components"]["schemas"]["OrderAnswer"]["properties"]
    assert [*answer] == [name for name in described if name != "fields"]


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=" ".join)
def test_nothing_that_is_sent_makes_a_route_fail(described: Any, method: str, path: str) -> None:
    requests_to_it = described[path.replace("<path:order_id>", "{order_id}")][method].as_strategy()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=requests_to_it)
    def send(case: Any) -> None:
        answer = case.call(headers=HEADERS, timeout=60)
        assert answer.status_code != 500
        case.validate_response(answer, checks=CHECKS)

    send()
