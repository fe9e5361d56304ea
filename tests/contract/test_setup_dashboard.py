"""The Dashboard's figures are those of the books, on whatever day people look at it."""

from __future__ import annotations

from typing import Any

from tests.contract.setup_shop import look, setup
from tests.local import Workbook, order


def dashboard(workbook: Workbook) -> dict[str, list[Any]]:
    """The dashboard's rows by what stands in the first column; of equal ones the first."""
    found: dict[str, list[Any]] = {}
    for row in workbook.values("Dashboard"):
        if row:
            found.setdefault(row[0], row[1:])
    return found


def test_orders_of_today_are_counted_once_for_each_outcome(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 2")
    workbook.sell(CPT="NASM-CPT-FULL", KBS="")
    service = workbook.service()
    for number, lines in (("1", "CPT"), ("2", "CPT"), ("3", "CPT"), ("4", "KBS")):
        service.fulfil(order(number, lines), by="test")
    service.fulfil(order("1", email="b@example.com"), by="test")  # another row of the same order
    found = dashboard(workbook)
    counts = {outcome: found[outcome][0] for outcome in ("fulfilled", "failed", "skipped", "closed")}
    assert counts == {"fulfilled": 2, "failed": 1, "skipped": 1, "closed": 0}


def test_what_runs_out_first_stands_first(workbook: Workbook) -> None:
    workbook.stock(
        "NASM CNC combined EX-1 50",
        "NASM CPT combined EX-2 30",
        "NCSF STS exam EX-3 1",
        "NASM PES exam EX-4 9",
    )
    workbook.sell(CNC="NASM-CNC-FULL", CPT="NASM-CPT-FULL", STS="NCSF-STS-EXAM")
    service = workbook.service()
    for number, lines in (("1", "CNC*4"), ("2", "CPT*10"), ("3", "STS")):
        service.fulfil(order(number, lines), by="test")
    rows = workbook.values("Dashboard")
    start = next(n for n, row in enumerate(rows) if row[:1] == ["product pool"]) + 1
    assert [row[:5] for row in rows[start : start + 4]] == [
        ["NCSF STS exam (out)", 1, 0, 1, 0],
        ["NASM CPT combined", 10, 20, 10, 28],
        ["NASM CNC combined", 4, 46, 4, 161],
        ["NASM PES exam", 0, 9, 0],
    ]


def test_alerts_and_the_dashboard_tell_the_same_days(workbook: Workbook) -> None:
    workbook.stock("NASM CNC combined EX-1 11", "NASM CPT combined EX-2 14", "NASM PES exam EX-4 9")
    workbook.sell(CNC="NASM-CNC-FULL", CPT="NASM-CPT-FULL")
    service = workbook.service()
    for number, lines in (("1", "CNC*8"), ("2", "CPT*3"), ("3", "CPT")):
        service.fulfil(order(number, lines), by="test")
    service.release("3", sku="", units=[], quarantine=True, reason="", by="test")
    low = workbook.service().refresh().low
    told = {alert.pool.removeprefix("CANADA "): "" if alert.days is None else alert.days for alert in low}
    assert told == {"NASM CNC combined": 5.3, "NASM CPT combined": 35, "NASM PES exam": ""}
    rows = dashboard(workbook)
    assert {title: [*rows[title], ""][3] for title in told} == told


def test_a_region_is_named_where_there_is_more_than_one(workbook: Workbook) -> None:
    rows = [dict(zip(("provider", "product_code", "component"), ("NASM", "CPT", "exam"), strict=True))] * 2
    more = [
        {"region": "CANADA", "keycode": "A", "seats": "1"},
        {"region": "USA", "keycode": "B", "seats": "1"},
    ]
    service = workbook.service()
    service.import_keys([{**row, **other} for row, other in zip(rows, more, strict=True)], by="test")
    assert {"CANADA NASM CPT exam", "USA NASM CPT exam"} <= dashboard(workbook).keys()


def test_there_are_two_charts_of_the_tables_in_front_of_everything_else(workbook: Workbook) -> None:
    sheet = look(workbook)["sheets"][0]
    assert sheet["properties"]["title"] == "Dashboard"
    titles = [chart["spec"]["title"] for chart in sheet["charts"]]
    assert titles == ["Stock per product pool", "What runs out first, in days, at the pace of the last 14"]
    stock, days = (chart["spec"]["basicChart"] for chart in sheet["charts"])
    assert (stock["chartType"], stock["stackedType"], len(stock["series"])) == ("BAR", "STACKED", 2)
    assert len(days["series"]) == 1


def test_columns_that_people_move_are_followed(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    area = {
        "sheetId": workbook.sheet_id("Key Inventory"),
        "dimension": "COLUMNS",
        "startIndex": 6,
        "endIndex": 7,
    }
    workbook.batch({"moveDimension": {"source": area, "destinationIndex": 0}})
    assert dashboard(workbook)["NASM CPT combined"] == [0, 9, 0]
    assert not any("Dashboard" in said for said in setup(workbook).repairs)
