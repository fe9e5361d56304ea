"""POST /orders over HTTP: every shape, the answer with all its fields, and what is refused."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
import requests

from tests.local import TOKENS, Function, Workbook, codes, posted

KEYS = [f"NASM CPT combined EX-{n} 3" for n in range(10)] + ["NASM CPT exam EXAM-1 50"]

FIELDS = [
    "status", "reason", "message", "send_email", "order_id", "order_name", "customer_name", "email",
    "deliver_to", "mode", "key_count", "keys_text", "keys_html", "replayed", "changed", "warnings", "keys",
    "skipped", "shortages", "request_id",
]  # fmt: skip

HEADERS = {"Authorization": f"Bearer {TOKENS['zap']}"}


@pytest.fixture(scope="module", autouse=True)
def stocked(shop: Workbook) -> None:
    shop.stock(*KEYS)
    shop.sell(CPT="NASM-CPT-FULL", EXAM="NASM-CPT-EXAM", KBS="", GONE="NASM-XYZ-FULL")


def raw(function: Function, body: bytes, kind: str = "application/json", **query: str) -> requests.Response:
    headers = {**HEADERS, "Content-Type": kind}
    return requests.post(f"{function.url}/orders", data=body, headers=headers, params=query, timeout=60)


SHAPES: dict[str, tuple[str, dict[str, object]]] = {
    "the Zap's": ("json", posted("77", "CPT EXAM*2")),
    "nested lines": (
        "json",
        {"order_id": 77, "line_items": [{"sku": "CPT", "quantity": 1}, {"sku": "EXAM", "quantity": "2"}]},
    ),
    "a Shopify order": (
        "json",
        {
            "id": "gid://shopify/Order/77",
            "name": "#77",
            "customer": {"first_name": "Ada", "last_name": "B.", "email": "ada@example.com"},
            "line_items": [
                {"sku": "CPT", "quantity": 1, "title": "CPT"},
                {"sku": "EXAM", "quantity": 3, "current_quantity": 2},
            ],
        },
    ),
    "lists": ("json", {"order_id": "77", "line_items_sku": ["CPT", "EXAM"], "line_items_quantity": [1, 2]}),
    "flattened": (
        "json",
        {
            "order_id": "77",
            "line_items__sku": "CPT,EXAM",
            "line_items__quantity": "1,2",
            "customer__email": "a@b.ca",
        },
    ),
    "a form": (
        "form",
        {"order_id": "77", "line_items_sku": ["CPT", "EXAM"], "line_items_quantity": ["1", "2"]},
    ),
    "JSON in a JSON string": ("string", posted("77", "CPT EXAM*2")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_order_in_each_accepted_shape_gives_the_same_keys(function: Function, shape: str) -> None:
    kind, body = SHAPES[shape]
    sent = json.dumps(body)
    if kind == "form":
        answer = raw(function, urlencode(body, doseq=True).encode(), "application/x-www-form-urlencoded")
    else:
        answer = raw(function, (json.dumps(sent) if kind == "string" else sent).encode())
    said = answer.json()
    assert answer.status_code == 200, said
    assert codes(said["keys"]) == ["EX-0", "EXAM-1", "EXAM-1"]
    assert not said["changed"]


def test_an_answer_always_has_all_its_fields(function: Function) -> None:
    for body in (
        posted("1"),
        posted("2", "KBS"),
        posted("3", "GONE"),
        posted("4", "NOPE"),
        {"order_id": "5"},
    ):
        said = function.post("/orders", body, "zap").json()
        assert [name for name in said if name != "fields"] == FIELDS


def test_the_same_order_again_is_byte_identical_but_for_the_replay(function: Function) -> None:
    first, again = (function.post("/orders", posted("10", "CPT*2 EXAM"), "zap").json() for _ in range(2))
    assert again.pop("replayed")
    assert not first.pop("replayed")
    assert {**again, "request_id": ""} == {**first, "request_id": ""}


def test_a_failed_order_names_every_shortage_and_can_be_asked_for_as_409(function: Function) -> None:
    body = json.dumps(posted("20", "CPT*1000 GONE")).encode()
    answer = raw(function, body, on_failed="409")
    said = answer.json()
    assert answer.status_code == 409
    assert said["reason"] == "out_of_stock"
    assert [(s["entitlement"], s["wanted"]) for s in said["shortages"]] == [
        ("NASM-CPT-FULL", 1000),
        ("NASM-XYZ-FULL", 1),
    ]
    assert raw(function, body).status_code == 200


REFUSED: dict[str, tuple[bytes, int, str]] = {
    "bad JSON": (b'{"order_id": "30", ', 400, ""),
    "no body": (b"", 400, ""),
    "a list": (b"[1]", 400, ""),
    "no lines": (json.dumps({"order_id": "30"}).encode(), 422, "line_items"),
    "no id": (json.dumps({"line_items_sku": "CPT", "line_items_quantity": "1"}).encode(), 422, "order_id"),
    "lists of different lengths": (
        json.dumps(posted("30", line_items_sku="CPT,EXAM", line_items_quantity="1")).encode(),
        422,
        "line_items_quantity",
    ),
    "a negative quantity": (
        json.dumps(posted("30", line_items_quantity="-1")).encode(),
        422,
        "line_items_quantity",
    ),
    "10,000 lines": (json.dumps(posted("30", "CPT " * 10_000)).encode(), 422, "line_items"),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_changes_nothing(
    function: Function, shop: Workbook, wrong: str
) -> None:
    body, status, field = REFUSED[wrong]
    before = shop.everything()
    answer = raw(function, body)
    said = answer.json()
    assert answer.status_code == status, said
    assert said["status"] == "error"
    assert said["message"].count(" ") > 3
    assert any(field in name for name in said["fields"]) or not field
    assert shop.everything() == before


def test_a_body_of_five_megabytes_is_refused(function: Function) -> None:
    answer = raw(function, json.dumps(posted("31", note="x" * 5_000_000)).encode())
    assert answer.status_code == 413
    assert "4 MB" in answer.json()["message"]


def test_an_order_too_large_for_a_cell_is_refused_alone(function: Function) -> None:
    body = posted("32", " ".join(f"SKU-{n:04}-{'X' * 20}" for n in range(2_000)))
    said = function.post("/orders", body, "zap")
    assert said.status_code == 422
    assert said.json()["reason"] == "too_large"
    assert function.post("/orders", posted("33"), "zap").json()["status"] == "fulfilled"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": f"Bearer {TOKENS['scheduler']}"}, 403),
    ],
)
def test_a_wrong_token_or_role_changes_nothing(
    function: Function, shop: Workbook, headers: dict[str, str], status: int
) -> None:
    before = shop.everything()
    answer = requests.post(f"{function.url}/orders", json=posted("40"), headers=headers, timeout=60)
    assert answer.status_code == status
    assert answer.json()["status"] == "error"
    assert shop.everything() == before


def test_the_zap_may_not_release(function: Function) -> None:
    function.post("/orders", posted("41"), "zap")
    answer = function.post("/orders/release", {"order_id": "41"}, "zap")
    assert answer.status_code == 403
    assert "operator" in answer.json()["message"]


def test_unknown_routes_and_methods_say_so(function: Function) -> None:
    assert function.get("/nowhere").status_code == 404
    assert function.get("/orders").status_code == 405
    assert function.get("/orders/never-seen").json()["status"] == "error"


def test_names_and_addresses_are_those_of_the_newest_post(function: Function, shop: Workbook) -> None:
    function.post("/orders", posted("50"), "zap")
    said = function.post(
        "/orders", posted("50", email="new@example.com", customer_name='Jo "Ace" O\'Neil'), "zap"
    )
    assert said.json()["deliver_to"] == "new@example.com"
    assert shop.tab("Order Cache")[-1]["customer"] == 'Jo "Ace" O\'Neil'
