"""What people type: read as it stands, reported row by row, never lost, never beside the wrong product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.local import Workbook, order

HEADERS = ("region", "provider", "product_code", "component", "keycode", "seats")


def pasted(workbook: Workbook) -> list[list[object]]:
    """What is left in Import Keys, without blank rows."""
    return [row for row in workbook.values("Import Keys")[1:] if any(row)]


def test_imported_rows_leave_the_tab_and_the_others_say_why_they_stay(workbook: Workbook) -> None:
    rows = [
        ["CANADA", "NASM", "CPT", "combined", "EX-1", 15],
        ["CANADA", "NASM", "CPT", "combined", "EX-2", "15 seats"],
        [],
        ["canada", " nasm ", "cpt", "Combined", " EX-3 ", "2"],
        ["CANADA", "NASM", "CPT", "exam", "EX-1", "1"],
        ["CANADA | NASM | CNC | combined | EX 4 | 3"],
        ["region", "provider", "product_code", "component", "keycode", "seats"],
    ]
    workbook.type("Import Keys!A2", rows)
    imported = workbook.service().import_keys(None, by="test")
    assert [(row.row, row.result) for row in imported.rows] == [
        (2, "imported"),
        (3, "refused"),
        (5, "imported"),
        (6, "duplicate"),
        (7, "imported"),
    ]
    left = pasted(workbook)
    assert left[0][4:] == [
        "EX-2",
        "15 seats",
        "refused: row 3: seats must be a whole number above 0, found `15 seats`",
    ]
    assert left[1][4:] == ["EX-1", "1", "duplicate: row 6: the same key as row 2"]
    assert [row["keycode"] for row in workbook.tab("Import History")] == ["EX-1", "EX-3", "EX 4"]


def test_an_import_again_imports_nothing_twice(workbook: Workbook) -> None:
    workbook.type("Import Keys!A2", [["CANADA", "NASM", "CPT", "combined", "EX-1", "15"]])
    workbook.service().import_keys(None, by="test")
    workbook.type("Import Keys!A2", [["CANADA", "NASM", "CPT", "combined", "EX-1", "15"]])
    again = workbook.service().import_keys(None, by="test")
    assert again.count("duplicate") == 1
    assert "already imported on" in str(pasted(workbook)[0][6])


def test_a_dry_run_changes_nothing(workbook: Workbook) -> None:
    workbook.type("Import Keys!A2", [["CANADA", "NASM", "CPT", "combined", "EX-1", "15"]])
    before = workbook.everything()
    assert workbook.service().import_keys(None, dry_run=True, by="test").seats == 15
    workbook.service().publish(dry_run=True)
    assert workbook.everything() == before


def test_rows_typed_while_an_import_runs_stay(workbook: Workbook) -> None:
    workbook.type("Import Keys!A2", [["CANADA", "NASM", "CPT", "combined", f"EX-{n}", "1"] for n in range(5)])
    service = workbook.service()
    store = service._store
    rows = store.read_import_tab().rows
    imported = service.import_keys([row.cells for row in rows], by="test").rows
    results = [replace(done, row=row.row) for row, done in zip(rows, imported, strict=True)]
    area = {"sheetId": workbook.sheet_id("Import Keys"), "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    workbook.batch({"insertDimension": {"range": area}})
    workbook.type("Import Keys!A2", [["CANADA", "NCSF", "STS", "combined", "typed just now", "7"]])
    store.clearing(rows, results, settled=1)()
    assert [row[4] for row in pasted(workbook)] == ["typed just now"]


def test_figures_stand_beside_their_own_product_whatever_people_sort_and_insert(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9", "NASM CNC combined EX-2 4", "NASM CES exam EX-3 2")
    workbook.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL", CES="NASM-CES-EXAM", KBS="")
    service, sheet_id = workbook.service(), workbook.sheet_id("NPTA Catalogue")
    by_entitlement = {"dimensionIndex": 4, "sortOrder": "ASCENDING"}
    products = {"sheetId": sheet_id, "startRowIndex": 1, "endRowIndex": 5}
    rows = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": 2, "endIndex": 4}
    column = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    edits: list[dict[str, object]] = [
        {"sortRange": {"range": products, "sortSpecs": [by_entitlement]}},
        {"insertDimension": {"range": rows}},
        {"moveDimension": {"source": column, "destinationIndex": 6}},
    ]
    for served, edit in enumerate(edits, 1):
        service.fulfil(order(str(served)), by="test")
        workbook.batch(edit)
        shown = {row["SKU"]: row for row in workbook.tab("NPTA Catalogue") if row["SKU"]}
        figures = {sku: row["available"] for sku, row in shown.items()}
        assert figures == {"CPT": 9 - served, "CNC": 4, "CES": 2, "KBS": ""}
        assert {row["status"] for row in shown.values()} == {"live"}


def test_skus_that_differ_in_case_alone_never_show_each_other_s_figures(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9", "NASM CNC combined EX-2 4")
    workbook.sell(CPT="NASM-CPT-FULL", cpt="NASM-CNC-FULL")
    assert [row["available"] for row in workbook.tab("NPTA Catalogue")[:2]] == [9, ""]
    warnings = workbook.service().publish(dry_run=True).warnings
    assert any("differ in letter case alone" in warning for warning in warnings)
    assert workbook.service().fulfil(order("1", "cpt"), by="test").keys[0].product_code == "CNC"


def test_the_status_column_says_what_is_live_changed_or_wrong(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL", BAD="NASM-CPT")
    status = [row["status"] for row in workbook.tab("NPTA Catalogue")[:2]]
    assert status[0] == "live"
    assert status[1].startswith("problem: Row 3: `NASM-CPT` is not an entitlement")
    workbook.type("NPTA Catalogue!E2", [["NASM-CPT-EXAM"]])
    assert workbook.tab("NPTA Catalogue")[0]["status"] == "changed: Sync Catalogue to publish"
    assert workbook.service().fulfil(order("1"), by="test").keys[0].entitlements == "NASM-CPT-FULL"


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("E", "NASM-CPT-FULL,, nasm-cnc-full ,"),
        ("E", ",NASM-CPT-FULL,NASM-CNC-FULL"),
        ("F", " auto "),
        ("A", " CPT  1 "),
        ("B", "  Course CPT  1 "),
    ],
)
def test_what_is_forgiven_when_it_is_read_is_live_too(workbook: Workbook, column: str, typed: str) -> None:
    workbook.stock("NASM CPT combined EX-1 9", "NASM CNC combined EX-2 4")
    workbook.sell(**{"CPT  1": "NASM-CPT-FULL,NASM-CNC-FULL"})
    assert [row["available"] for row in workbook.tab("NPTA Catalogue")[:1]] == [4]
    workbook.type(f"NPTA Catalogue!{column}2", [[typed]])
    assert workbook.tab("NPTA Catalogue")[0]["status"] == "live"
    assert workbook.service().publish(dry_run=True).changes == ()


def test_refresh_rebuilds_views_that_a_person_spoiled(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 9")
    workbook.sell(CPT="NASM-CPT-FULL")
    before = workbook.everything()
    workbook.type("Key Inventory!A2", [["nonsense"] * 9, ["more"]])
    workbook.type("Live Catalogue!G2", [[77]])
    assert 8 in {breach.promise for breach in workbook.service().audit()}
    workbook.service().refresh()
    assert workbook.service().audit() == ()
    assert workbook.values("Live Catalogue") == before["Live Catalogue"]
