"""What the function logs: a line of JSON for each request and each commit, and nothing private."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.local import TOKENS, Function, Workbook, posted

TRACE = "0123456789abcdef0123456789abcdef"
PRIVATE = ("SECRET-KEY", "ada@example.com", "Ada B.", *TOKENS.values(), "no-such-token")


@pytest.fixture(scope="module")
def lines(google: str) -> list[dict[str, Any]]:
    """The log of a function that served an order twice, refused things, and released keys."""
    shop = Workbook(google)
    shop.stock("NASM CPT combined SECRET-KEY-1 1", "NASM CPT combined SECRET-KEY-2 1")
    shop.sell(CPT="NASM-CPT-FULL")
    with Function(shop, GOOGLE_CLOUD_PROJECT="a-project") as function:
        traced = {"X-Cloud-Trace-Context": f"{TRACE}/1;o=1"}
        function.post(
            "/orders", posted("1"), "zap", headers={**traced, "X-Request-Id": "a request/with blanks"}
        )
        function.post("/orders", posted("1"), "zap", headers={"X-Request-Id": "run-77"})
        function.post("/orders", posted("2", "CPT*5"), "zap")
        function.post("/orders", {"order_id": "3", "email": "ada@example.com"}, "zap")
        function.post("/orders/replace", {"order_id": "1", "keycode": "SECRET-KEY-1"})
        function.post("/orders/release", {"order_id": "SECRET-KEY-1"})
        function.post("/orders/release", {"order_id": "1", "reason": "Ada B. asked"})
        function.get("/nowhere/SECRET-KEY-1")
        headers = {"Authorization": "Bearer no-such-token"}
        requests.post(f"{function.url}/orders", json=posted("4"), headers=headers, timeout=60)
        function.kill()
        printed = function.printed().decode()
    assert not [private for private in PRIVATE if private in printed]
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def about(lines: list[dict[str, Any]], message: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["message"] == message]


def test_a_request_is_a_line_with_what_became_of_it(lines: list[dict[str, Any]]) -> None:
    first, again, failed = about(lines, "POST /orders 200")
    assert (first["severity"], first["outcome"], first["order_id"]) == ("INFO", "fulfilled", "1")
    assert (first["role"], first["key_count"], first["status"]) == ("zap", 1, 200)
    assert first["logging.googleapis.com/trace"] == f"projects/a-project/traces/{TRACE}"
    assert again["replayed"] is True
    assert (failed["outcome"], failed["reason"]) == ("failed", "out_of_stock")


def test_a_commit_is_a_line_with_its_orders_its_rows_and_its_calls(lines: list[dict[str, Any]]) -> None:
    commit = next(line for line in lines if line["message"].startswith("commit "))
    assert commit["orders"] == ["1"]
    assert commit["rows"] == {"Assignments": 1, "Order Cache": 1}
    assert commit["api_calls"] == 3  # a cold start is two
    assert commit["ms"] >= 0


def test_what_is_refused_is_a_warning_with_its_reason(lines: list[dict[str, Any]]) -> None:
    refused = {(line["message"], line["reason"]) for line in lines if line["severity"] == "WARNING"}
    assert refused == {
        ("POST /orders 422", "invalid_fields"),
        ("POST /orders 401", "unauthorized"),
        ("GET elsewhere 404", "not_found"),
    }


def test_a_callers_own_request_id_is_kept_where_it_is_one(lines: list[dict[str, Any]]) -> None:
    ids = [line["request_id"] for line in about(lines, "POST /orders 200")]
    assert ids[1] == "run-77"
    assert len(ids[0]) == 32
