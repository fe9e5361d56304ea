"""Edits as a person makes them, and what protections make of them."""

from __future__ import annotations

import pytest

from tests.sandbox.rest_client import Client, Refused

TABLE = [["sku", "seats"], ["CPT", 3], ["CNC", 1], ["CES", 2]]


@pytest.fixture
def sheet(google: Client) -> Client:
    google.write("A1", TABLE)
    return google


def test_typing_is_read_as_at_a_keyboard(sheet: Client) -> None:
    sheet.person("type", cell="B2", value="1,000")
    sheet.person("type", cell="C2", value="=B2*2")
    assert sheet.read("B2:C2") == [["1,000", "2000"]]


def test_a_block_is_pasted_and_the_grid_grows_to_take_it(sheet: Client) -> None:
    sheet.person("paste", cell="A1000", text="a\tb\nc\td")
    assert sheet.read("A1000:B1001") == [["a", "b"], ["c", "d"]]
    sheet.person("paste", cell="Z1", rows=[["x", "y"]])
    assert sheet.read("Z1:AA1") == [["x", "y"]]


def test_sorting_leaves_the_header_and_takes_rows_along(sheet: Client) -> None:
    sheet.person("sort", column="seats")
    assert sheet.read("A1:B4") == [["sku", "seats"], ["CNC", "1"], ["CES", "2"], ["CPT", "3"]]
    sheet.person("sort", column="A", descending=True)
    assert [row[0] for row in sheet.read("A1:B4")] == ["sku", "CPT", "CNC", "CES"]


def test_rows_and_columns_come_go_and_move(sheet: Client) -> None:
    sheet.person("insert_rows", at=2)
    sheet.person("delete_rows", at=3, count=2)
    assert sheet.read("A1:B4") == [["sku", "seats"], [], ["CES", "2"]]
    sheet.person("move_rows", **{"from": 3, "to": 2})
    sheet.person("move_columns", **{"from": "seats", "to": "sku"})
    assert sheet.read("A1:B2") == [["seats", "sku"], ["2", "CES"]]
    sheet.person("delete_columns", at="seats")
    sheet.person("insert_columns", at="A")
    assert sheet.read("A1:B2") == [["", "sku"], ["", "CES"]]


def test_headers_and_tabs_are_renamed_and_tabs_deleted(sheet: Client) -> None:
    sheet.person("rename_header", **{"from": "sku", "to": "SKU"})
    assert sheet.read("A1") == [["SKU"]]
    sheet.person("rename_tab", to="Catalogue")
    sheet.batch({"addSheet": {"properties": {"title": "Other"}}})
    sheet.person("clear", tab="Catalogue", range="A2:B3")
    assert sheet.read("Catalogue!A1:B4") == [["SKU", "seats"], [], [], ["CES", "2"]]
    sheet.person("delete_tab", tab="Catalogue")
    assert [tab["properties"]["title"] for tab in sheet.get()["sheets"]] == ["Other"]


def test_no_stamp_sees_a_persons_edit(sheet: Client) -> None:
    before = sheet.get().get("developerMetadata")
    sheet.person("type", cell="A2", value="other")
    assert sheet.get().get("developerMetadata") == before


def test_a_copy_is_another_spreadsheet_with_the_same_cells(sheet: Client) -> None:
    copy = sheet.person("copy", title="Twin")["spreadsheet"]
    assert copy != sheet.id
    shown = sheet.call("GET", f"/v4/spreadsheets/{copy}/values/A1:B4")
    assert shown["values"][0] == ["sku", "seats"]


@pytest.mark.parametrize(
    ("edit", "more"),
    [
        ("type", {"cell": "A2", "value": "x"}),
        ("paste", {"cell": "A1", "rows": [["x"], ["y"]]}),
        ("sort", {"column": "A"}),
        ("insert_rows", {"at": 2}),
        ("delete_rows", {"at": 2}),
        ("move_rows", {"from": 1, "to": 4}),
        ("rename_header", {"from": "sku", "to": "x"}),
        ("clear", {"range": "A:A"}),
        ("delete_tab", {}),
    ],
)
def test_what_is_protected_refuses_who_may_not_edit_it(
    sheet: Client, edit: str, more: dict[str, object]
) -> None:
    area = {"startRowIndex": 0, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 1}
    editors = {"users": ["boss@example.com"]}
    sheet.batch(
        {"addSheet": {"properties": {"title": "Other"}}},
        {"addProtectedRange": {"protectedRange": {"range": area, "editors": editors}}},
    )
    with pytest.raises(Refused, match="You're trying to edit a protected cell or object"):
        sheet.person(edit, **more)
    assert sheet.read("A1:A4") == [[row[0]] for row in TABLE]
    sheet.person(edit, person="boss@example.com", **more)
    sheet.write("Other!A1", [["the service account may edit everything"]])


def test_a_warning_does_not_hold_anyone_back_and_exceptions_are_open(sheet: Client) -> None:
    open_cell = {"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 2}
    sheet.batch(
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}, "unprotectedRanges": [open_cell]}}}
    )
    sheet.person("type", cell="B2", value="9")
    with pytest.raises(Refused):
        sheet.person("type", cell="B3", value="9")


def test_whoever_wants_to_be_warned_is_asked_first(sheet: Client) -> None:
    area = {"range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}, "warningOnly": True}
    sheet.batch({"addProtectedRange": {"protectedRange": area}})
    with pytest.raises(Refused, match="shouldn't be changed accidentally") as refusal:
        sheet.person("type", cell="A1", value="SKU", warned=False)
    assert refusal.value.status == 409
    sheet.person("type", cell="A2", value="open", warned=False)
    sheet.person("type", cell="A1", value="SKU", warned=True)
    assert sheet.read("A1:A2") == [["SKU"], ["open"]]


def test_columns_come_at_either_side(sheet: Client) -> None:
    sheet.person("insert_columns", at="B", after=True)
    sheet.person("insert_columns", at="A", after=False)
    assert sheet.read("A1:D1") == [["", "sku", "seats"]]
    sheet.person("insert_columns", at="AB", after=True)
    assert sheet.tab()["properties"]["gridProperties"]["columnCount"] == 29


def test_a_column_is_made_wider(sheet: Client) -> None:
    sheet.person("resize_columns", at="seats", pixels=240)
    assert sheet.call("GET", "/_sandbox/book", spreadsheet=sheet.id)["tabs"][0]["widths"][:3] == [
        100,
        240,
        100,
    ]


def test_a_strict_rule_refuses_what_is_pasted_too(sheet: Client) -> None:
    condition = {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "0"}]}
    area = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}
    sheet.batch({"setDataValidation": {"range": area, "rule": {"strict": True, "condition": condition}}})
    with pytest.raises(Refused, match="entered in cell B3 violates"):
        sheet.person("paste", cell="A2", rows=[["CPT", "5"], ["CNC", "-1"]])
    assert sheet.read("B2:B3") == [["3"], ["1"]]
    sheet.person("paste", cell="A2", rows=[["CPT", "5"], ["CNC", ""]])
    assert sheet.read("B2:B4") == [["5"], [], ["2"]]


def test_a_strict_list_refuses_what_it_does_not_hold(sheet: Client) -> None:
    values = [{"userEnteredValue": word} for word in ("AUTO", "EXTERNAL")]
    rule = {"strict": True, "condition": {"type": "ONE_OF_LIST", "values": values}}
    sheet.batch({"setDataValidation": {"range": {"sheetId": 0, "startColumnIndex": 2}, "rule": rule}})
    with pytest.raises(Refused, match="violates the data validation rules"):
        sheet.person("type", cell="C2", value="auto")
    sheet.person("type", cell="C2", value="AUTO")


@pytest.mark.parametrize(
    "asked",
    [
        {"edit": "explode"},
        {"edit": "type"},
        {"edit": "type", "cell": "A", "value": "x"},
        {"edit": "type", "cell": "A1", "value": 5},
        {"edit": "sort", "column": "nothing"},
        {"edit": "insert_rows", "at": 0},
        {"edit": "delete_rows", "at": 2000},
        {"edit": "paste", "cell": "A1", "rows": "x"},
        {"edit": "paste", "cell": "A1", "rows": [[{}]]},
        {"edit": "type", "tab": "Nowhere", "cell": "A1", "value": "x"},
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(sheet: Client, asked: dict[str, object]) -> None:
    with pytest.raises(Refused) as refusal:
        sheet.call("POST", "/_sandbox/person", {"spreadsheet": sheet.id, "tab": "Sheet1"} | asked)
    assert refusal.value.status == 400
