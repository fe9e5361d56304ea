"""A paid order that did not get in is heard of at once, also where nothing can be written."""

from __future__ import annotations

import json

from tests.local import Function, Workbook, posted


def alarms(function: Function) -> dict[str, str]:
    """cause -> what the log says; each is a line of JSON."""
    lines = [line for line in function.printed().decode().splitlines() if line.startswith("{")]
    said = [each for each in map(json.loads, lines) if "alarm" in each]
    assert {each["severity"] for each in said} <= {"ERROR"}
    return {each["alarm"]: each["message"] for each in said}


def test_every_refused_order_raises_an_alarm(workbook: Workbook) -> None:
    with Function(workbook, DEADLINE_S="1") as function:
        function.post("/orders", {"order_id": "1", "email": "ada@example.com", "line_items_sku": "A,B"})
        function.post("/orders", "not an order", role="zap")
        function.post("/orders", posted("1"), headers={"Authorization": "Bearer wrong"})
        workbook.fail("spreadsheets.get", *["503"] * 50)
        function.post("/orders", posted("1"))
        function.kill()
        heard = alarms(function)
    workbook.end_faults()
    assert heard.keys() == {f"order refused: {status}" for status in (422, 400, 401, 503)}
    assert "line_items" in heard["order refused: 422"]
    assert not any("ada@" in said for said in heard.values())


def test_what_the_scheduler_is_refused_or_finds_at_night_somebody_hears(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    workbook.unprotect()
    with Function(workbook) as function:
        function.get("/audit", role="scheduler")
        function.post("/outbox/send", {}, role="scheduler")
        workbook.type("Key Inventory!F2", [[77]])
        function.get("/audit")  # a person reads the answer
        function.kill()
        assert alarms(function) == {}
    with Function(workbook) as function:
        function.get("/audit", role="scheduler")
        workbook.batch({"deleteSheet": {"sheetId": workbook.sheet_id("Assignments")}})
        function.post("/inventory/refresh", {}, role="scheduler")
        function.kill()
        heard = alarms(function)
    assert heard.keys() == {"scheduler: GET /audit", "scheduler: POST /inventory/refresh"}
    assert "not in order: 1 thing found. " in heard["scheduler: GET /audit"]
    assert "shows total 9, used 77" in heard["scheduler: GET /audit"]
    assert "Assignments" in heard["scheduler: POST /inventory/refresh"]


def test_an_order_that_got_in_and_what_operators_mistype_raise_none(workbook: Workbook) -> None:
    with Function(workbook) as function:
        function.post("/orders", posted("1", "NOSUCH"))
        function.post("/orders/release", {"order": "1"})
        function.kill()
        assert alarms(function) == {}
