"""spreadsheets.batchUpdate: all or nothing, its replies, and the compare-and-swap that it carries."""

from __future__ import annotations

import pytest

from sandbox import messages
from sandbox.batch import HANDLERS
from sandbox.shapes import MESSAGES
from tests.sandbox.rest_client import Client, Json, Refused, append_cells, row, stamp, text


def refused(google: Client, *requests: Json) -> str:
    with pytest.raises(Refused) as refusal:
        google.batch(*requests)
    assert refusal.value.status == 400
    assert refusal.value.body["error"]["status"] == "INVALID_ARGUMENT"
    return refusal.value.message


def test_of_two_writers_with_one_stamp_the_second_is_refused_whole(google: Client) -> None:
    google.batch(stamp(7), append_cells(row("first")))
    message = refused(google, stamp(7), append_cells(row("second")))
    assert message == (
        "Invalid requests[0].createDeveloperMetadata: Cannot add developer metadata with ID [7] "
        "because developer metadata with that ID already exists."
    )
    assert google.read("A:A") == [["first"]]


def test_a_stamp_that_was_deleted_can_be_made_again_even_in_the_same_batch(google: Client) -> None:
    google.batch(stamp(7, "old"))
    lookup = {"dataFilter": {"developerMetadataLookup": {"metadataId": 7}}}
    answer = google.batch({"deleteDeveloperMetadata": lookup}, stamp(7, "new"))
    assert (
        answer["replies"][0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"][0]["metadataValue"]
        == "old"
    )
    assert google.get(fields="developerMetadata.metadataValue") == {
        "developerMetadata": [{"metadataValue": "new"}]
    }


def test_metadata_has_room_for_thirty_thousand_characters(google: Client) -> None:
    google.batch(*(stamp(n, "x" * 9995) for n in (1, 2, 3)))
    assert "30000 characters" in refused(google, stamp(4, ""))


@pytest.mark.parametrize(
    ("missing", "said"),
    [("metadataKey", "a key"), ("visibility", "a visibility"), ("location", "a location")],
)
def test_metadata_without_its_parts_is_refused(google: Client, missing: str, said: str) -> None:
    request = stamp(7)
    del request["createDeveloperMetadata"]["developerMetadata"][missing]
    expected = f"Developer metadata must always have {said} specified."
    assert refused(google, request) == f"Invalid requests[0].createDeveloperMetadata: {expected}"


def test_a_batch_without_requests_is_refused(google: Client) -> None:
    assert refused(google) == "Must specify at least one request."


def test_an_unknown_kind_is_refused_with_its_place(google: Client) -> None:
    with pytest.raises(Refused) as refusal:
        google.batch({"frobnicate": {}})
    error = refusal.value.body["error"]
    said = "Invalid JSON payload received. Unknown name \"frobnicate\" at 'requests[0]': Cannot find field."
    assert error["message"] == said
    violation = {"field": "requests[0]", "description": said}
    assert error["details"] == [
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    ]


KINDS_NOT_BUILT = sorted(MESSAGES["Request"].keys() - HANDLERS.keys())


@pytest.mark.parametrize("kind", KINDS_NOT_BUILT)
def test_a_kind_that_is_not_built_is_refused_by_name(google: Client, kind: str) -> None:
    assert f"{kind} is not implemented" in refused(google, {kind: {}})


def test_a_wrong_type_is_refused_with_its_place(google: Client) -> None:
    message = refused(google, {"addSheet": {"properties": {"sheetId": "seven"}}})
    assert message == "Invalid value at 'requests[0].add_sheet.properties.sheet_id' (TYPE_INT32), \"seven\""


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            {"addSheet": {"properties": {"title": "sheet1"}}},
            'addSheet: A sheet with the name "sheet1" already exists. Please enter another name.',
        ),
        (
            {"addSheet": {"properties": {"title": "T", "sheetId": 0}}},
            "addSheet: Sheet with id 0 already exists",
        ),
        ({"deleteSheet": {"sheetId": 5}}, "deleteSheet: No sheet with id: 5"),
        ({"deleteSheet": {"sheetId": 0}}, "deleteSheet: You can't remove all the sheets in a document."),
        (
            {"updateSheetProperties": {"properties": {"sheetId": 0, "hidden": True}, "fields": "hidden"}},
            "updateSheetProperties: You can't hide all the sheets in a document.",
        ),
        (
            {"updateCells": {"start": {"sheetId": 5}, "rows": [], "fields": "*"}},
            "updateCells: No grid with id: 5",
        ),
        ({"appendCells": {"sheetId": 5, "rows": [], "fields": "*"}}, "appendCells: No grid with id: 5"),
        (
            {"updateCells": {"start": {"sheetId": 0}, "rows": []}},
            "updateCells: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ),
        (
            {"deleteProtectedRange": {"protectedRangeId": 5}},
            "deleteProtectedRange: No protected range with id: 5",
        ),
        (
            {
                "addProtectedRange": {
                    "protectedRange": {"range": {}, "warningOnly": True, "editors": {"users": ["a@b.ca"]}}
                }
            },
            "addProtectedRange: ProtectedRange is warningOnly. Editors cannot be set on it.",
        ),
        (
            append_cells({"values": [text("x" * 50_001)]}),
            "appendCells: Your input contains more than the maximum of 50000 characters in a single cell.",
        ),
        (
            {"addSheet": {"properties": {"gridProperties": {"rowCount": 10_000_000, "columnCount": 1}}}},
            "addSheet: This action would increase the number of cells in the workbook "
            "above the limit of 10000000 cells.",
        ),
    ],
)
def test_what_google_refuses_is_refused_in_its_words(google: Client, request_: Json, said: str) -> None:
    assert refused(google, request_) == f"Invalid requests[0].{said}"


def test_a_named_range_cannot_be_named_twice(google: Client) -> None:
    named = {"addNamedRange": {"namedRange": {"name": "Seats", "range": {"endRowIndex": 2}}}}
    google.batch(named)
    assert refused(google, named) == (
        "Invalid requests[0].addNamedRange: Cannot add named range with name: Seats, "
        "a named range with that name already exists."
    )


def test_the_answer_shows_the_spreadsheet_after_the_update_under_a_mask(google: Client) -> None:
    answer = google.batch(
        stamp(7),
        append_cells(row("a", "b")),
        includeSpreadsheetInResponse=True,
        responseRanges=["Sheet1!A1:B2"],
        fields="replies.createDeveloperMetadata.developerMetadata.metadataId,"
        "updatedSpreadsheet.sheets(properties.sheetId,data.rowData.values.formattedValue)",
    )
    assert answer["replies"] == [{"createDeveloperMetadata": {"developerMetadata": {"metadataId": 7}}}, {}]
    values = [{"formattedValue": "a"}, {"formattedValue": "b"}]
    assert answer["updatedSpreadsheet"] == {
        "sheets": [{"properties": {"sheetId": 0}, "data": [{"rowData": [{"values": values}]}]}]
    }


def test_a_range_of_the_answer_beyond_the_grid_refuses_the_batch_before_it_is_done(google: Client) -> None:
    with pytest.raises(Refused) as refusal:
        google.batch(
            append_cells(row("a")), includeSpreadsheetInResponse=True, responseRanges=["Sheet1!A5000:B5001"]
        )
    assert refusal.value.message == (
        "Range (Sheet1!A5000:B5001) exceeds grid limits. Max rows: 1000, max columns: 26"
    )
    assert google.read("A:A") == []


def test_cells_are_appended_below_the_last_value_anywhere_in_the_tab(google: Client) -> None:
    google.write("H5", [["stray"]])
    google.batch(append_cells(row("a")))
    assert google.read("A6") == [["a"]]


def test_the_grid_grows_for_appended_cells_and_new_rows_look_like_the_last(google: Client) -> None:
    size = {"sheetId": 0, "gridProperties": {"rowCount": 2, "columnCount": 2}}
    plain = {"userEnteredFormat": {"numberFormat": {"type": "TEXT", "pattern": "@"}}}
    google.batch(
        {
            "updateSheetProperties": {
                "properties": size,
                "fields": "gridProperties(rowCount,columnCount)",
            }
        },
        {"repeatCell": {"range": {"sheetId": 0}, "cell": plain, "fields": "userEnteredFormat"}},
        append_cells(row("a"), row("b"), row("c")),
    )
    assert google.tab()["properties"]["gridProperties"]["rowCount"] == 3
    google.write("B3", [["0042"]], "USER_ENTERED")
    assert google.read("B3") == [["0042"]]


def test_a_range_larger_than_its_rows_is_cleared(google: Client) -> None:
    google.write("A1:B3", [["a", "b"], ["c", "d"], ["e", "f"]])
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    google.batch({"updateCells": {"range": area, "rows": [row("x")], "fields": "userEnteredValue"}})
    assert google.read("A1:B3") == [["x"]]


def test_an_open_range_is_cleared_to_the_end_of_what_the_mask_names(google: Client) -> None:
    google.write("A1:C3", [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]])
    noted = [{"values": [text("x") | {"note": "n"}]}] * 3
    google.batch({"updateCells": {"start": {"columnIndex": 1}, "rows": noted, "fields": "note"}})
    area = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 1}
    google.batch({"updateCells": {"range": area, "rows": [row("y")], "fields": "userEnteredValue"}})
    assert google.read("A1:C3") == [["a", "b", "c"], ["d", "y"], ["g"]]
    notes = google.get(fields="sheets.data.rowData.values.note")["sheets"][0]["data"][0]["rowData"]
    assert [line["values"][1] for line in notes] == [{"note": "n"}] * 3
    google.batch({"updateCells": {"range": area, "fields": "*"}})
    notes = google.get(fields="sheets.data.rowData.values.note")["sheets"][0]["data"][0]["rowData"]
    assert [len(line["values"]) for line in notes] == [3, 1, 1]


def test_values_that_were_sent_as_text_are_never_read_as_anything_else(google: Client) -> None:
    codes = [
        "0012",
        "1E5",
        '=HYPERLINK("x")',
        "-1",
        "TRUE",
        "12345678901234567890",
        " a  b ",
        '"',
        "😀",
        "'x",
    ]
    google.batch(append_cells(*(row(code) for code in codes)))
    assert google.read("A:A") == [[code] for code in codes]
    assert google.read("A:A", valueRenderOption="UNFORMATTED_VALUE") == [[code] for code in codes]


def test_a_repeated_formula_follows_its_cell(google: Client) -> None:
    google.write("A1:A3", [[1], [2], [3]])
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 2}
    cell = {"userEnteredValue": {"formulaValue": "=A1*10"}}
    google.batch({"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredValue"}})
    assert google.read("B1:B3") == [["10"], ["20"], ["30"]]
    assert google.read("B3", valueRenderOption="FORMULA") == [["=A3*10"]]


def test_cells_are_copied_with_their_formulas_and_cut_with_all_they_wear(google: Client) -> None:
    google.write("A1:B2", [["a", 1], ["b", 2]])
    google.batch({"updateCells": {"start": {}, "rows": [{"values": [{"note": "n"}]}], "fields": "note"}})
    source = {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    google.batch({"cutPaste": {"source": source, "destination": {"rowIndex": 1, "columnIndex": 1}}})
    assert google.read("A1:C3") == [[], ["", "a", "1"], ["", "b", "2"]]
    google.write("D2", [["=C2*10"]], "USER_ENTERED")
    down = {"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 4}
    google.batch(
        {"copyPaste": {"source": down, "destination": down | {"startRowIndex": 4, "endRowIndex": 6}}}
    )
    assert google.read("B5:D6", valueRenderOption="FORMULA") == [["a", 1, "=C5*10"], ["a", 1, "=C6*10"]]
    notes = google.get(ranges="B5:B6", fields="sheets.data.rowData.values.note")
    assert notes["sheets"][0]["data"][0]["rowData"] == [{"values": [{"note": "n"}]}] * 2
    assert "cutPaste" in refused(google, {"cutPaste": {"source": source, "destination": {}}})


def test_looking_up_over_whole_columns_follows_what_is_typed_and_inserted(google: Client) -> None:
    google.batch({"addSheet": {"properties": {"title": "Live Catalogue"}}})
    google.write("'Live Catalogue'!A1:B2", [["CPT", 4], ["CNC", 5]])
    google.write("A1:A2", [["CNC"], ["CPT"]])
    formula = "=IFERROR(INDEX('Live Catalogue'!B:B, MATCH($A1, 'Live Catalogue'!A:A, 0)), \"none\")"
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 2}
    cell = {"userEnteredValue": {"formulaValue": formula}}
    google.batch({"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredValue"}})
    assert google.read("B1:B2") == [["5"], ["4"]]
    google.write("'Live Catalogue'!B1", [[9]])
    google.write("A1", [["?"]])
    assert google.read("B1:B2") == [["none"], ["9"]]
    google.person("insert_rows", at=1)
    google.person("insert_columns", tab="Live Catalogue", at="A")
    assert google.read("A2:B3") == [["?", "none"], ["CPT", "9"]]
    assert "'Live Catalogue'!C:C" in google.read("B3", valueRenderOption="FORMULA")[0][0]


# One valid request of every kind that changes something, on a spreadsheet with a tab of id 1 and some data.
def one_of_each_kind() -> dict[str, Json]:
    area = {"sheetId": 1, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    rows = {"sheetId": 1, "dimension": "ROWS", "startIndex": 0, "endIndex": 2}
    rule = {"ranges": [area], "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {}}}
    band = {"rowProperties": {"headerColor": {"red": 1}}}
    anchor = {"overlayPosition": {"anchorCell": {"sheetId": 1, "rowIndex": 1}}}
    name = {"name": "Another", "range": area}
    lookup = {"developerMetadataLookup": {"metadataId": 70}}
    return {
        "addBanding": {"bandedRange": band | {"range": {"sheetId": 0, "endRowIndex": 3}}},
        "addChart": {"chart": {"spec": {"title": "t"}, "position": anchor}},
        "addConditionalFormatRule": {"rule": rule},
        "addDimensionGroup": {"range": rows},
        "addFilterView": {"filter": {"range": area}},
        "addNamedRange": {"namedRange": name},
        "addProtectedRange": {"protectedRange": {"range": area}},
        "addSheet": {"properties": {"title": "New"}},
        "appendCells": {"sheetId": 1, "fields": "*", "rows": [row("x")]},
        "appendDimension": {"sheetId": 1, "dimension": "COLUMNS", "length": 2},
        "autoResizeDimensions": {"dimensions": rows},
        "clearBasicFilter": {"sheetId": 1},
        "copyPaste": {"source": area, "destination": area | {"startRowIndex": 4, "endRowIndex": 6}},
        "createDeveloperMetadata": stamp(71)["createDeveloperMetadata"],
        "cutPaste": {"source": area, "destination": {"sheetId": 0, "rowIndex": 4}},
        "deleteBanding": {"bandedRangeId": 11},
        "deleteConditionalFormatRule": {"sheetId": 1, "index": 0},
        "deleteDeveloperMetadata": {"dataFilter": lookup},
        "deleteDimension": {"range": rows},
        "deleteDimensionGroup": {"range": {**rows, "startIndex": 4, "endIndex": 6}},
        "deleteEmbeddedObject": {"objectId": 12},
        "deleteFilterView": {"filterId": 15},
        "deleteNamedRange": {"namedRangeId": "n1"},
        "deleteProtectedRange": {"protectedRangeId": 13},
        "deleteSheet": {"sheetId": 1},
        "duplicateSheet": {"sourceSheetId": 1, "newSheetName": "Twin"},
        "findReplace": {"find": "a", "replacement": "b", "allSheets": True},
        "insertDimension": {"range": rows},
        "mergeCells": {"range": area, "mergeType": "MERGE_ALL"},
        "moveDimension": {"source": rows, "destinationIndex": 4},
        "repeatCell": {"range": area, "cell": text("r"), "fields": "userEnteredValue"},
        "setBasicFilter": {"filter": {"range": area}},
        "setDataValidation": {"range": area, "rule": {"condition": {"type": "BOOLEAN"}}},
        "sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]},
        "unmergeCells": {"range": {"sheetId": 1}},
        "updateBanding": {"bandedRange": band | {"bandedRangeId": 11}, "fields": "rowProperties"},
        "updateBorders": {"range": area, "top": {"style": "SOLID"}},
        "updateCells": {"range": area, "rows": [row("u")], "fields": "userEnteredValue"},
        "updateChartSpec": {"chartId": 12, "spec": {"title": "u"}},
        "updateConditionalFormatRule": {"index": 0, "rule": rule},
        "updateDeveloperMetadata": {
            "dataFilters": [lookup],
            "developerMetadata": {"metadataValue": "v"},
            "fields": "metadataValue",
        },
        "updateDimensionProperties": {"range": rows, "properties": {"pixelSize": 50}, "fields": "pixelSize"},
        "updateEmbeddedObjectPosition": {
            "objectId": 12,
            "newPosition": {"overlayPosition": {"offsetXPixels": 5}},
            "fields": "offsetXPixels",
        },
        "updateNamedRange": {"namedRange": {"namedRangeId": "n1", "name": "Renamed"}, "fields": "name"},
        "updateProtectedRange": {
            "protectedRange": {"protectedRangeId": 13, "description": "d"},
            "fields": "description",
        },
        "updateSheetProperties": {"properties": {"sheetId": 1, "title": "Second"}, "fields": "title"},
        "updateSpreadsheetProperties": {"properties": {"title": "Renamed"}, "fields": "title"},
    }


def furnish(google: Client) -> None:
    """A second tab with something of everything."""
    area = {"sheetId": 1, "startRowIndex": 6, "endRowIndex": 9}
    rule = {"ranges": [area], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}
    anchor = {"overlayPosition": {"anchorCell": {"sheetId": 1, "rowIndex": 2}}}
    google.batch(
        {"addSheet": {"properties": {"sheetId": 1, "title": "Full"}}},
        append_cells(row("a", "b"), row("c", "=d"), row("e"), sheet=1),
        append_cells(row("a")),
        stamp(70),
        {
            "addBanding": {
                "bandedRange": {
                    "bandedRangeId": 11,
                    "range": area,
                    "rowProperties": {"headerColor": {"blue": 1}},
                }
            }
        },
        {"addChart": {"chart": {"chartId": 12, "spec": {"title": "c"}, "position": anchor}}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 13, "range": area}}},
        {"addFilterView": {"filter": {"filterViewId": 15, "range": area}}},
        {"addConditionalFormatRule": {"rule": rule}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "n1", "name": "Named", "range": area}}},
        {"setBasicFilter": {"filter": {"range": area}}},
        {"addDimensionGroup": {"range": {"sheetId": 1, "dimension": "ROWS", "startIndex": 4, "endIndex": 6}}},
        {"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}},
        {
            "updateDimensionProperties": {
                "range": {"sheetId": 1, "dimension": "ROWS", "startIndex": 1, "endIndex": 2},
                "properties": {"pixelSize": 40},
                "fields": "pixelSize",
            }
        },
    )


def test_every_kind_that_is_built_is_tried_here() -> None:
    assert one_of_each_kind().keys() == HANDLERS.keys()


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_what_is_answered_has_the_shape_that_google_documents(google: Client, kind: str) -> None:
    furnish(google)
    asked = {kind: one_of_each_kind()[kind]}
    answer = google.batch(asked, includeSpreadsheetInResponse=True, responseIncludeGridData=True)
    assert messages.read("BatchUpdateSpreadsheetResponse", answer) == answer
    shown = google.get(includeGridData="true")
    assert messages.read("Spreadsheet", shown) == shown == answer["updatedSpreadsheet"]


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_a_batch_of_500_whose_last_request_is_bad_changes_nothing(google: Client, kind: str) -> None:
    furnish(google)
    ask = {kind: one_of_each_kind()[kind]}
    before = google.get(includeGridData="true")
    filling = [append_cells(row("x"), sheet=n % 2) for n in range(498)]
    assert refused(google, *filling, ask, {"deleteSheet": {"sheetId": 99}}).startswith(
        "Invalid requests[499]"
    )
    assert google.get(includeGridData="true") == before
    google.batch(ask)
    assert google.get(includeGridData="true") != before
