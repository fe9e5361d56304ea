"""The routes described, as OpenAPI 3.1: made from them, and from the models of their bodies and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from openapi_pydantic import OpenAPI
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel, ConfigDict, Field, create_model

from fulfillment.operations import OPERATIONS
from fulfillment.payloads import OperationBody, OrderAnswer, PostedOrder
from fulfillment.routes import ROUTES, Route

ERRORS: Mapping[str, str] = {
    "400": "The body cannot be read.",
    "401": "No credentials, or none that are valid.",
    "403": "The caller is known, and may not do this.",
    "404": "There is no such route.",
    "408": "The request took longer than 30 seconds to arrive; nothing was done.",
    "413": "The body is too large.",
    "422": "Fields are missing or wrong; `fields` has a sentence for each.",
    "429": "Too many requests of one caller; Retry-After says when to come again.",
    "500": "A mistake of ours, which is logged.",
    "503": "Not now; Retry-After says when. Nothing was changed, or the same call finds out.",
}

EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "orders": {
        "order_id": "6855909900591",
        "order_name": "#1042",
        "email": "ada@example.com",
        "customer_name": "Ada B.",
        "line_items_sku": "CPT",
        "line_items_quantity": "1",
    },
    "status": {"order_id": "#1042"},
    "delivered": {"order_id": "6855909900591"},
    "resend": {"order_id": "6855909900591"},
    "mark": {"order_id": "6855909900591"},
    "reconcile": {"since": "2026-11-01T00:00:00-05:00"},
    "retry-waiting": {"dry_run": True},
    "rebuild": {"dry_run": True},
    "push": {"dry_run": True},
    "replace": {"order_id": "6855909900591", "keycode": "EX-1"},
    "clear": {"order_id": "6855909900591"},
    "release": {"order_id": "6855909900591", "reason": "refunded"},
    "forget": {"order_id": "6855909900591", "dry_run": True},
    "close": {"order_ids": ["6855909900592"], "reason": "served by hand"},
    "publish": {"dry_run": True},
    "import": {
        "rows": [
            {
                "region": "CANADA",
                "provider": "NASM",
                "product_code": "CPT",
                "component": "combined",
                "keycode": "EX-1",
                "seats": "15",
            }
        ]
    },
    "withdraw": {"codes": ["EX-1"], "reason": "cancelled by the provider", "dry_run": True},
    "restore": {"codes": ["EX-1"]},
}
"""A body for each operation that needs one."""


class ErrorAnswer(BaseModel):
    """Why a request was refused; nothing was changed, or the same call finds out."""

    status: Literal["error"]
    reason: str
    message: str = Field(description="A sentence for a person.")
    fields: dict[str, str]
    request_id: str


@cache
def described() -> dict[str, Any]:
    """The whole description, as it is served."""
    paths: dict[str, dict[str, object]] = {}
    for (method, path), route in ROUTES.items():
        paths.setdefault(_template(path), {})[method.lower()] = _route(method, path, route)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Order fulfilment",
            "version": "1",
            "description": "Assigns access keys to paid orders, out of a Google spreadsheet.",
        },
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }
    joined = construct_open_api_with_schema_class(OpenAPI.model_validate(whole))
    return joined.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)


def _template(path: str) -> str:
    """`/orders/<path:order_id>` as OpenAPI writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def _route(method: str, path: str, route: Route) -> dict[str, object]:
    name = route.operation or path.strip("/").replace(".", "_")
    said: dict[str, object] = {
        "operationId": f"{method.lower()}_{name}",
        "summary": _summary(route, path),
        "responses": {"200": _answer("As asked, or why not.", _answered(name)), **_errors(name, route)},
    }
    if route.roles:
        said["security"] = [{"token": []}]
        said["description"] = f"For {', '.join(route.roles)}."
    if parameters := re.findall(r"<(?:\w+:)?(\w+)>", path):
        said["parameters"] = [_parameter(each) for each in parameters]
    if method == "POST":
        said["requestBody"] = _body(name)
    return said


def _summary(route: Route, path: str) -> str:
    if route.operation:
        return _first_line(OPERATIONS[route.operation].asks)
    return {"/orders": "A paid order: its keys, or why there are none.", "/health": "Is all well?"}.get(
        path, "This description."
    )


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def _parameter(name: str) -> dict[str, object]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _body(name: str) -> dict[str, object]:
    model = PostedOrder if name == "orders" else _asked(OPERATIONS[name].asks)
    content: dict[str, object] = {"schema": PydanticSchema(schema_class=model)}
    if name in EXAMPLES:
        content["example"] = EXAMPLES[name]
    is_needed = any(field.is_required() for field in model.model_fields.values())
    return {"required": is_needed, "content": {"application/json": content}}


def _asked(model: type[OperationBody]) -> type[BaseModel]:
    """The fields of a body as a caller may send them: also those that stand in another's place."""
    known = {name: (field.annotation, field) for name, field in model.model_fields.items()}
    others = dict.fromkeys(model.also_known, (str, ""))
    fields: dict[str, Any] = {name: (known | others)[name] for name in model.field_names()}
    if model.also_known:  # one of several is needed, and the sentence of a refusal says so
        fields = {name: (kind, Field(default=None)) for name, (kind, _) in fields.items()}
    config = ConfigDict(extra="forbid")
    return create_model(model.__name__, __doc__=_first_line(model), __config__=config, **fields)


def _answered(name: str) -> type[BaseModel]:
    """What a route answers; an operation's figures have the types of those that it gives when it says no."""
    if name == "orders":
        return OrderAnswer
    figures = OPERATIONS[name].nothing if name in OPERATIONS else {}
    fields: dict[str, Any] = {figure: (_kind(value), ...) for figure, value in figures.items()}
    fields |= {"status": (Literal["ok", "error"], ...), "request_id": (str, ...)}
    title = f"{name.title().replace('_', '')}Answer"
    if name == "openapi_json":
        return create_model(title, openapi=(str, ...))
    if name != "health":
        fields["message"] = (str, ...)
    return create_model(title, **fields)


def _kind(value: object) -> Any:
    return list[Any] if isinstance(value, list | tuple) else type(value)


def _errors(name: str, route: Route) -> dict[str, object]:
    if not route.roles:
        kinds = {"503": ERRORS["503"]} if name == "health" else {}
    else:
        kinds = dict(ERRORS)
    model = OrderAnswer if name == "orders" else ErrorAnswer
    answers: dict[str, object] = {status: _answer(text, model) for status, text in kinds.items()}
    if name == "health":
        answers["503"] = _answer("Something is wrong.", _answered(name))
    if name == "orders":
        answers["409"] = _answer("A failed order, where `?on_failed=409` asked for this status.", OrderAnswer)
    return answers


def _answer(text: str, model: type[BaseModel]) -> dict[str, object]:
    return {
        "description": text,
        "content": {"application/json": {"schema": PydanticSchema(schema_class=model)}},
    }
