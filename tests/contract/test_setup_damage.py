"""What people break is named, and put right; what they typed and made for themselves stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.setup_shop import NOTES, alike, live_in, look, setup, typed
from tests.local import Workbook, order

Break = Callable[[Workbook], None]


def columns(workbook: Workbook, title: str, start: int, end: int | None = None) -> dict[str, Any]:
    end = start + 1 if end is None else end
    return {"sheetId": workbook.sheet_id(title), "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


def cells(workbook: Workbook, title: str, column: int, row: int = 1) -> dict[str, Any]:
    place = {"startRowIndex": row, "startColumnIndex": column, "endColumnIndex": column + 1}
    return {"sheetId": workbook.sheet_id(title), **place}


def sheet(workbook: Workbook, title: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in look(workbook)["sheets"] if s["properties"]["title"] == title)
    return found


def update(workbook: Workbook, tab: str, fields: str, **properties: object) -> None:
    properties["sheetId"] = workbook.sheet_id(tab)
    workbook.batch({"updateSheetProperties": {"properties": properties, "fields": fields}})


def delete_tab(workbook: Workbook) -> None:
    workbook.batch({"deleteSheet": {"sheetId": workbook.sheet_id("Outbox")}})


def rename_tab(workbook: Workbook) -> None:
    update(workbook, "Assignments", "title", title="Assignments 2026")


def move_tab(workbook: Workbook) -> None:
    update(workbook, "NPTA Catalogue", "index", index=7)


def show_tab(workbook: Workbook) -> None:
    update(workbook, "System", "hidden", hidden=False)


def thaw_header(workbook: Workbook) -> None:
    update(workbook, "Order Cache", "gridProperties.frozenRowCount", gridProperties={})


def retype_header(workbook: Workbook) -> None:
    workbook.type("NPTA Catalogue!E1", [["Entitlement(s)"]])


def clear_header(workbook: Workbook) -> None:
    workbook.type("Assignments!M1", [[""]])


def narrow_column(workbook: Workbook) -> None:
    area = columns(workbook, "Import Keys", 4)
    size = {"range": area, "properties": {"pixelSize": 12}, "fields": "pixelSize"}
    workbook.batch({"updateDimensionProperties": size})


def unprotect_ledger(workbook: Workbook) -> None:
    guard = sheet(workbook, "Import History")["protectedRanges"][0]["protectedRangeId"]
    workbook.batch({"deleteProtectedRange": {"protectedRangeId": guard}})


def unprotect_column(workbook: Workbook) -> None:
    guards = sheet(workbook, "NPTA Catalogue")["protectedRanges"]
    guard = next(g for g in guards if g["range"].get("startColumnIndex") == 7)["protectedRangeId"]
    workbook.batch({"deleteProtectedRange": {"protectedRangeId": guard}})


def soften_protection(workbook: Workbook) -> None:
    guard = sheet(workbook, "Assignments")["protectedRanges"][0]["protectedRangeId"]
    softer = {"protectedRangeId": guard, "warningOnly": True}
    workbook.batch({"updateProtectedRange": {"protectedRange": softer, "fields": "warningOnly"}})


def remove_dropdown(workbook: Workbook) -> None:
    workbook.batch({"setDataValidation": {"range": cells(workbook, "NPTA Catalogue", 5)}})


def paste_over_seats(workbook: Workbook) -> None:
    """A paste brings the formats and checks of where it was copied, which has none."""
    seats = cells(workbook, "Import Keys", 5, 4) | {"endRowIndex": 9}
    fields = "userEnteredFormat,dataValidation"
    workbook.batch({"repeatCell": {"range": seats, "cell": {}, "fields": fields}})


def lose_text_format(workbook: Workbook) -> None:
    number = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER"}}}
    area = cells(workbook, "Order Cache", 2)
    repeat = {"range": area, "cell": number, "fields": "userEnteredFormat.numberFormat"}
    workbook.batch({"repeatCell": repeat})


def remove_rule(workbook: Workbook) -> None:
    workbook.batch(
        {"deleteConditionalFormatRule": {"sheetId": workbook.sheet_id("Key Inventory"), "index": 0}}
    )


def shrink_rule(workbook: Workbook) -> None:
    rule = sheet(workbook, "NPTA Catalogue")["conditionalFormats"][1]
    rule["ranges"][0] |= {"endRowIndex": 5}
    workbook.batch({"updateConditionalFormatRule": {"index": 1, "rule": rule}})


def type_over_formula(workbook: Workbook) -> None:
    workbook.type("NPTA Catalogue!H3", [["999"]])


def empty_formulas(workbook: Workbook) -> None:
    area = cells(workbook, "NPTA Catalogue", 8, 2) | {"endRowIndex": 5}
    workbook.batch({"repeatCell": {"range": area, "cell": {}, "fields": "userEnteredValue"}})


def remove_filter(workbook: Workbook) -> None:
    workbook.batch({"clearBasicFilter": {"sheetId": workbook.sheet_id("Order Cache")}})


def remove_band(workbook: Workbook) -> None:
    band = sheet(workbook, "Key Inventory")["bandedRanges"][0]["bandedRangeId"]
    workbook.batch({"deleteBanding": {"bandedRangeId": band}})


def remove_note(workbook: Workbook) -> None:
    clear = {"range": cells(workbook, "NPTA Catalogue", 0, 0) | {"endRowIndex": 1}, "fields": "note"}
    workbook.batch({"repeatCell": {**clear, "cell": {}}})


def delete_chart(workbook: Workbook) -> None:
    chart = sheet(workbook, "Dashboard")["charts"][0]["chartId"]
    workbook.batch({"deleteEmbeddedObject": {"objectId": chart}})


def type_over_dashboard(workbook: Workbook) -> None:
    workbook.type("Dashboard!B3", [[12]])


def move_to_another_zone(workbook: Workbook) -> None:
    zone = {"properties": {"timeZone": "Europe/Berlin"}, "fields": "timeZone"}
    workbook.batch({"updateSpreadsheetProperties": zone})


UNDONE: list[tuple[Break, str]] = [
    (delete_tab, "The tab `Outbox` is missing"),
    (rename_tab, "`Assignments` was renamed to `Assignments 2026`"),
    (move_tab, "out of order"),
    (show_tab, "`System` is the system's, and not hidden"),
    (thaw_header, "`Order Cache`: its header row is not frozen"),
    (retype_header, "the header `entitlements` in column E reads `Entitlement"),
    (clear_header, "`Assignments`: the header `keycode` in column M reads ``"),
    (narrow_column, "`Import Keys`, column `keycode`: too narrow"),
    (unprotect_ledger, "`Import History`: its cells are not protected"),
    (unprotect_column, "`NPTA Catalogue`, column `available`: its cells are not protected"),
    (soften_protection, "`Assignments`: its cells are not protected as they should be"),
    (remove_dropdown, "column `fulfillment`: its cells are without its dropdown"),
    (paste_over_seats, "column `seats`: rows 5 to 9 are not Plain text"),
    (paste_over_seats, "column `seats`: rows 5 to 9 are without the check"),
    (lose_text_format, "`Order Cache`, column `order_id`: its cells are not Plain text"),
    (remove_rule, "`Key Inventory`: the rule that colours `available` red is missing"),
    (shrink_rule, "the rule that colours `available` red looks at the wrong cells"),
    (type_over_formula, "column `available`: row 3 is without the formula (`999` was typed over it)"),
    (empty_formulas, "column `status`: rows 3 to 5 are without the formula"),
    (remove_filter, "`Order Cache` has no filter"),
    (remove_band, "`Key Inventory`: its rows have no bands"),
    (remove_note, "column `SKU`: its header has no note"),
    (delete_chart, "its chart `Stock per product pool` is missing"),
    (type_over_dashboard, "1 of its cells is without the formula"),
    (move_to_another_zone, "time zone is Europe/Berlin"),
]
"""Damage that leaves no trace once it is put right."""


@pytest.fixture(scope="module")
def lived_in(google: str) -> Workbook:
    workbook = Workbook(google)
    live_in(workbook)
    return workbook


@pytest.mark.parametrize(("damage", "sentence"), UNDONE, ids=lambda value: getattr(value, "__name__", ""))
def test_it_is_named_and_then_everything_is_as_before(
    lived_in: Workbook, damage: Break, sentence: str
) -> None:
    before = alike(look(lived_in))
    damage(lived_in)
    damaged = look(lived_in)
    found = setup(lived_in, check=True)
    assert any(sentence in said for said in found.repairs), found
    assert look(lived_in) == damaged
    assert setup(lived_in) == found
    assert setup(lived_in, check=True).is_ready
    assert alike(look(lived_in)) == before


def test_all_of_it_at_once(workbook: Workbook) -> None:
    live_in(workbook)
    before, words = alike(look(workbook)), typed(workbook)
    for damage in dict.fromkeys(damage for damage, _ in UNDONE if damage is not rename_tab):
        damage(workbook)
    found = setup(workbook, check=True)
    sentences = [sentence for damage, sentence in UNDONE if damage is not rename_tab]
    assert [s for s in sentences if not any(s in said for said in found.repairs)] == []
    setup(workbook)
    assert setup(workbook, check=True).is_ready
    assert typed(workbook) == words
    assert alike(look(workbook)) == before
    assert workbook.service().fulfil(order("4"), by="test").answer.outcome == "fulfilled"
    assert workbook.service().audit() == ()


def test_a_deleted_column_comes_back_behind_everybody_else_s(workbook: Workbook) -> None:
    live_in(workbook)
    words = typed(workbook)
    workbook.batch({"deleteDimension": {"range": columns(workbook, "NPTA Catalogue", 7)}})
    assert "`NPTA Catalogue` has no column `available`." in setup(workbook).repairs
    assert workbook.values("NPTA Catalogue")[0][7:] == ["status", "my notes", "available"]
    assert [row["available"] for row in workbook.tab("NPTA Catalogue")[:3]] == [6, 4, ""]
    assert typed(workbook) == words
    assert setup(workbook, check=True).is_ready


def test_a_column_of_other_contents_where_ours_stood_is_left_to_a_person(workbook: Workbook) -> None:
    workbook.sell(CPT="NASM-CPT-FULL")
    before = columns(workbook, "NPTA Catalogue", 1)
    workbook.batch({"deleteDimension": {"range": before}}, {"insertDimension": {"range": before}})
    mine = [
        {"values": [{"note": "", "userEnteredValue": {"stringValue": text}}]} for text in ("price", "899")
    ]
    start = {"sheetId": before["sheetId"], "rowIndex": 0, "columnIndex": 1}
    workbook.batch({"updateCells": {"rows": mine, "fields": "note,userEnteredValue", "start": start}})
    report = setup(workbook)
    assert len(report.left) == 1
    assert re.search(r"no column `product`. Column B, headed `price`, may be the one", report.left[0])
    assert workbook.values("NPTA Catalogue")[0][1] == "price"
    assert "product" not in workbook.values("NPTA Catalogue")[0]


def test_a_ledger_whose_header_row_was_deleted_is_left_to_a_person(workbook: Workbook) -> None:
    live_in(workbook)
    area = {"sheetId": workbook.sheet_id("Assignments"), "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
    workbook.batch({"deleteDimension": {"range": area}})
    before = workbook.values("Assignments")
    assert any("has none of its headers" in said for said in setup(workbook).left)
    assert workbook.values("Assignments") == before


def test_of_two_tabs_that_look_like_a_missing_one_neither_is_taken(workbook: Workbook) -> None:
    live_in(workbook)
    copy = {"sourceSheetId": workbook.sheet_id("Assignments"), "newSheetName": "Assignments, old"}
    workbook.batch({"duplicateSheet": copy})
    rename_tab(workbook)
    assert any("both look like it" in said for said in setup(workbook).left)
    assert "Assignments" not in workbook.everything()


def test_the_last_row_of_system_is_counted_from_the_books_when_it_is_adopted(workbook: Workbook) -> None:
    live_in(workbook)
    workbook.batch({"deleteSheet": {"sheetId": workbook.sheet_id("System")}})
    with pytest.raises(Exception, match="there are books"):
        setup(workbook)
    assert any("Adopted" in said for said in setup(workbook, adopt=True).repairs)
    assert workbook.service().fulfil(order("1"), by="test").replayed
    assert workbook.service().fulfil(order("9"), by="test").answer.outcome == "fulfilled"
    assert workbook.service().audit() == ()


def test_what_people_made_their_own_is_no_damage(workbook: Workbook) -> None:
    live_in(workbook)
    sheet_id = workbook.sheet_id("NPTA Catalogue")
    band = sheet(workbook, "NPTA Catalogue")["bandedRanges"][0]
    band["rowProperties"] = {"firstBandColor": {"red": 1.0}, "secondBandColor": {"green": 1.0}}
    wide = {"range": columns(workbook, "NPTA Catalogue", 1), "properties": {"pixelSize": 600}}
    workbook.batch(
        {"updateBanding": {"bandedRange": band, "fields": "rowProperties"}},
        {"updateDimensionProperties": {**wide, "fields": "pixelSize"}},
        {
            "sortRange": {
                "range": {"sheetId": sheet_id, "startRowIndex": 1, "endRowIndex": 4},
                "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}],
            }
        },
    )
    before = look(workbook)
    assert setup(workbook).is_ready
    assert look(workbook) == before


def test_a_moved_column_stays_where_people_put_it_and_the_colours_follow(workbook: Workbook) -> None:
    live_in(workbook)
    area = columns(workbook, "NPTA Catalogue", NOTES)
    workbook.batch({"moveDimension": {"source": area, "destinationIndex": 2}})
    words, header = typed(workbook), workbook.values("NPTA Catalogue")[0]
    setup(workbook)
    assert (typed(workbook), workbook.values("NPTA Catalogue")[0]) == (words, header)
    rules = sheet(workbook, "NPTA Catalogue")["conditionalFormats"]
    formulas = [rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for rule in rules]
    assert formulas[:2] == ["call them", "=AND(ISNUMBER($I2),$I2<=0)"]
    assert sheet(workbook, "NPTA Catalogue")["basicFilter"]["range"]["endColumnIndex"] == NOTES + 1
    assert setup(workbook, check=True).is_ready
