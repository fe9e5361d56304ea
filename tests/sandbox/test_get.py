"""spreadsheets.get: what it shows, and what a mask leaves of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import masks
from sandbox.shapes import SCHEMAS
from tests.sandbox.discovery import condensed
from tests.sandbox.rest_client import Client, Json, Refused, append_cells, row, stamp


def test_the_shapes_are_those_of_the_discovery_document() -> None:
    assert condensed() == SCHEMAS


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", {"a": {}}),
        ("a,b.c", {"a": {}, "b": {"c": {}}}),
        ("a(b,c/d)", {"a": {"b": {}, "c": {"d": {}}}}),
        ("a.b(c(d),e),a.f", {"a": {"b": {"c": {"d": {}}, "e": {}}, "f": {}}}),
        ("a.b,a", {"a": {}}),
        ("a,a.b", {"a": {}}),
        ("*", {"*": {}}),
        ("a.*.b", {"a": {"*": {"b": {}}}}),
        ("row_data.user_entered_value", {"rowData": {"userEnteredValue": {}}}),
        (" a , b ", {"a": {}, "b": {}}),
    ],
)
def test_masks_are_read_in_every_form(text: str, tree: Json) -> None:
    assert masks.parse(text) == tree


@pytest.mark.parametrize("text", ["", ",", "a,", "a.", "a(b", "a)", "a b", "a(,)", "(a)", "a..b", "a()"])
def test_what_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(masks.MaskError):
        masks.parse(text)


@given(st.recursive(st.just({}), lambda below: st.dictionaries(st.sampled_from("abcd"), below), max_leaves=8))
def test_a_mask_written_out_is_read_back(tree: Json) -> None:
    def written(mask: Json) -> str:
        return ",".join(name + (f"({written(below)})" if below else "") for name, below in mask.items())

    if tree:
        assert masks.parse(written(tree)) == tree


def test_only_what_the_mask_names_is_shown(google: Client) -> None:
    google.batch(stamp(7), append_cells(row("a", "b")))
    shown = google.get(
        fields="developerMetadata(metadataId),sheets(properties/title,data/rowData/values/note)"
    )
    assert shown == {
        "developerMetadata": [{"metadataId": 7}],
        "sheets": [{"properties": {"title": "Sheet1"}, "data": [{"rowData": [{"values": [{}, {}]}]}]}],
    }
    assert google.get(fields="namedRanges") == {}
    assert google.get(fields="sheets.properties.tabColorStyle") == {"sheets": [{"properties": {}}]}


@pytest.mark.parametrize("mask", ["nothing", "sheets.nothing", "sheets(data(rowData(values(colour))))"])
def test_a_mask_that_names_what_is_not_there_is_refused(google: Client, mask: str) -> None:
    with pytest.raises(Refused) as refusal:
        google.get(fields=mask)
    error = refusal.value.body["error"]
    assert error["message"] == "Request contains an invalid argument."
    assert "Cannot find matching fields for path" in error["details"][0]["fieldViolations"][0]["description"]


def test_an_unknown_parameter_is_refused(google: Client) -> None:
    with pytest.raises(Refused, match="Cannot bind query parameter"):
        google.get(frobnicate="1")


def test_a_spreadsheet_that_is_not_there_is_not_found(google: Client) -> None:
    for path in (
        "/v4/spreadsheets/nothing",
        "/v4/spreadsheets/nothing/values/A1",
        "/v4/spreadsheets/..%2F..%2Fx",
    ):
        with pytest.raises(Refused) as refusal:
            google.call("GET", path)
        assert refusal.value.body["error"] == {
            "code": 404,
            "message": "Requested entity was not found.",
            "status": "NOT_FOUND",
        }


def test_cells_are_shown_without_a_mask_only_when_asked_for(google: Client) -> None:
    google.batch(append_cells(row("a")))
    assert "data" not in google.tab()
    assert "data" not in google.tab(ranges="Sheet1!A1:B2")
    data = google.tab(includeGridData="true", ranges=["Sheet1!A1:B2", "Sheet1!C3"])["data"]
    assert data[0]["rowData"][0]["values"][0]["formattedValue"] == "a"
    assert (data[1]["startRow"], data[1]["startColumn"]) == (2, 2)
    assert data[0]["rowMetadata"] == [{"pixelSize": 21}] * 2


def test_ranges_come_back_grouped_by_tab(google: Client) -> None:
    google.batch({"addSheet": {"properties": {"sheetId": 1, "title": "Second"}}})
    shown = google.get(
        ranges=["Second!A1", "Sheet1!A1", "Second!B2"], fields="sheets(properties.sheetId,data.startRow)"
    )
    assert [tab["properties"]["sheetId"] for tab in shown["sheets"]] == [0, 1]
    assert shown["sheets"][1]["data"] == [{}, {"startRow": 1}]


def test_formulas_show_what_was_entered_and_what_it_comes_to(google: Client) -> None:
    google.write("A1", [["=1/4", "=NOPE()"]], "USER_ENTERED")
    cells = google.tab(includeGridData="true")["data"][0]["rowData"][0]["values"]
    assert cells[0]["userEnteredValue"] == {"formulaValue": "=1/4"}
    assert cells[0]["effectiveValue"] == {"numberValue": 0.25}
    assert cells[1]["effectiveValue"]["errorValue"]["type"] == "NAME"


def test_what_is_laid_over_cells_follows_them(google: Client) -> None:
    area = {"startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 1, "endColumnIndex": 3}
    google.batch(
        {"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 5, "range": area}}},
        {"addNamedRange": {"namedRange": {"name": "Here", "range": area}}},
        {
            "insertDimension": {
                "range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 3},
                "inheritFromBefore": False,
            }
        },
        {"deleteDimension": {"range": {"dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}},
    )
    moved = {"startRowIndex": 5, "endRowIndex": 7, "startColumnIndex": 0, "endColumnIndex": 2}
    shown = google.get()
    assert shown["sheets"][0]["merges"] == [moved]
    assert shown["sheets"][0]["protectedRanges"][0]["range"] == moved
    assert shown["namedRanges"][0]["range"] == moved


def test_metadata_of_a_row_follows_it_and_goes_with_it(google: Client) -> None:
    place = {"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": 3, "endIndex": 4}}
    entry = {"metadataId": 9, "metadataKey": "k", "visibility": "DOCUMENT", "location": place}
    rows = {"dimension": "ROWS", "startIndex": 0, "endIndex": 2}
    google.batch(
        {"createDeveloperMetadata": {"developerMetadata": entry}}, {"deleteDimension": {"range": rows}}
    )
    found = google.call("GET", f"{google.path}/developerMetadata/9")
    assert found["location"]["dimensionRange"]["startIndex"] == 1
    google.batch({"deleteDimension": {"range": rows}})
    assert google.send("GET", f"{google.path}/developerMetadata/9")[0] == 404


def test_metadata_is_found_by_what_it_is(google: Client) -> None:
    google.batch(stamp(1, "a"), stamp(2, "b"))

    def found(**lookup: object) -> list[int]:
        filters = {"dataFilters": [{"developerMetadataLookup": lookup}]}
        answer = google.call("POST", f"{google.path}/developerMetadata:search", filters)
        return [
            match["developerMetadata"]["metadataId"] for match in answer.get("matchedDeveloperMetadata", [])
        ]

    assert found(metadataKey="fence") == [1, 2]
    assert found(metadataValue="b") == [2]
    assert found(locationType="SHEET") == []


def test_what_is_not_built_says_so(google: Client) -> None:
    status, body = google.send("POST", f"{google.path}:getByDataFilter", {})
    assert status == 501
    assert b"not implemented" in body


def test_tabs_are_shown_in_their_order_and_hidden_ones_say_so(google: Client) -> None:
    google.batch(
        {"addSheet": {"properties": {"sheetId": 1, "title": "B", "hidden": True}}},
        {"addSheet": {"properties": {"sheetId": 2, "title": "C", "index": 0}}},
        {"updateSheetProperties": {"properties": {"sheetId": 2, "index": 2}, "fields": "index"}},
    )
    shown = google.get(fields="sheets.properties(title,index,hidden)")["sheets"]
    assert [tab["properties"] for tab in shown] == [
        {"title": "Sheet1", "index": 0},
        {"title": "C", "index": 1},
        {"title": "B", "index": 2, "hidden": True},
    ]


def test_a_name_whose_tab_is_gone_is_seen_no_more_and_stays_taken(google: Client) -> None:
    named = {"addNamedRange": {"namedRange": {"name": "Gone", "range": {"sheetId": 1}}}}
    google.batch(
        {"addSheet": {"properties": {"sheetId": 1, "title": "T"}}}, named, {"deleteSheet": {"sheetId": 1}}
    )
    assert "namedRanges" not in google.get()
    with pytest.raises(Refused, match="a named range with that name already exists"):
        google.batch({"addNamedRange": {"namedRange": {"name": "Gone", "range": {"sheetId": 0}}}})
