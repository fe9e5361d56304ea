"""Two clients that nobody here wrote do their usual work, unchanged but for the address."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import gspread
import pytest
import requests
from google.auth.credentials import AnonymousCredentials

from sandbox.server import Sandbox

GOOGLE = ("https://sheets.googleapis.com", "https://www.googleapis.com")


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[gspread.Client]:
    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **more: Any) -> requests.Response:
            for host in GOOGLE:
                endpoint = endpoint.replace(host, sandbox.url)
            return super().request(method, endpoint, *args, **more)

    with requests.Session() as session:
        yield gspread.Client(auth=None, session=session, http_client=Local)


def test_gspread_makes_finds_copies_and_deletes_spreadsheets(client: gspread.Client) -> None:
    made = client.create("Orders of today")
    assert client.open("Orders of today").id == made.id
    assert client.open_by_key(made.id).title == "Orders of today"
    assert made.id in [file["id"] for file in client.list_spreadsheet_files()]
    copy = client.copy(made.id, title="Twin", copy_comments=True)
    assert copy.title == "Twin"
    made.update_title("Orders of yesterday")
    assert client.open_by_key(made.id).title == "Orders of yesterday"
    assert made.get_lastUpdateTime() >= made.creationTime
    client.del_spreadsheet(copy.id)
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open("Twin")
    with pytest.raises(gspread.exceptions.SpreadsheetNotFound):
        client.open_by_key(copy.id)


def test_gspread_puts_a_csv_in_the_place_of_everything(client: gspread.Client) -> None:
    book = client.create("Imported")
    book.add_worksheet("Other", rows=5, cols=5)
    client.import_csv(book.id, b'sku,seats\n"C,PT",3\n')
    assert [sheet.title for sheet in book.worksheets()] == ["Imported"]
    assert book.sheet1.get_all_values() == [["sku", "seats"], ["C,PT", "3"]]
    assert book.export(gspread.utils.ExportFormat.CSV) == b'sku,seats\r\n"C,PT",3'


def test_gspread_reads_and_writes_cells(client: gspread.Client) -> None:
    sheet = client.create("Cells").sheet1
    sheet.update([["sku", "seats"], ["CPT", 3], ["CNC", 5]], "A1")
    assert sheet.get_all_records() == [{"sku": "CPT", "seats": 3}, {"sku": "CNC", "seats": 5}]
    assert sheet.acell("B2").numeric_value == 3
    sheet.update_cell(2, 2, "=1+1")
    assert sheet.cell(2, 2, value_render_option="FORMULA").value == "=1+1"
    assert sheet.find("CNC").address == "A3"
    sheet.append_rows([["CES", 1], ["KBS", 2]], table_range="A1")
    assert sheet.col_values(1) == ["sku", "CPT", "CNC", "CES", "KBS"]
    sheet.batch_update([{"range": "A6:B6", "values": [["x", "y"]]}, {"range": "D1", "values": [["z"]]}])
    assert sheet.batch_get(["A6:B6", "D1"]) == [[["x", "y"]], [["z"]]]
    sheet.batch_clear(["A6:B6", "D1"])
    cells = sheet.range("A2:A3")
    for cell in cells:
        cell.value = f"{cell.value}!"
    sheet.update_cells(cells)
    assert sheet.get("A2:A3") == [["CPT!"], ["CNC!"]]
    sheet.delete_rows(2)
    sheet.insert_row(["first", 0], 2)
    sheet.insert_cols([["left", "l1"]], 1)
    assert sheet.row_values(2) == ["l1", "first", "0"]
    sheet.clear()
    assert sheet.get_all_values() == [[]]


def test_gspread_arranges_tabs_and_looks(client: gspread.Client) -> None:
    book = client.create("Tabs")
    first, tab = book.sheet1, book.add_worksheet("Keys", rows=20, cols=5)
    tab.update([["b", 2], ["a", 1]], "A1:B2")
    tab.sort((1, "asc"))
    assert tab.get("A1:B2") == [["a", "1"], ["b", "2"]]
    tab.format("A1:B1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 0.5}})
    tab.freeze(rows=1)
    tab.set_basic_filter()
    tab.clear_basic_filter()
    tab.merge_cells("A5:B6")
    tab.unmerge_cells("A5:B6")
    tab.update_note("A1", "look here")
    assert tab.get_note("A1") == "look here"
    tab.add_dimension_group_rows(2, 4)
    tab.hide_columns(0, 1)
    tab.add_protected_range("A1:B1", ["a@b.ca"], description="headers")
    assert [entry["description"] for entry in book.list_protected_ranges(tab.id)] == ["headers"]
    tab.add_validation("C1:C5", gspread.utils.ValidationConditionType.one_of_list, ["AUTO", "EXTERNAL"])
    tab.define_named_range("A1:B2", "Keys_table")
    assert book.list_named_ranges()[0]["name"] == "Keys_table"
    assert book.values_get("Keys_table")["range"] == "Keys!A1:B2"
    tab.resize(rows=30, cols=6)
    tab.update_tab_color("#ff0000")
    tab.hide()
    assert [sheet.title for sheet in book.worksheets(exclude_hidden=True)] == ["Sheet1"]
    tab.show()
    twin = tab.duplicate(new_sheet_name="Twin")
    assert twin.get("A1") == [["a"]]
    other = client.create("Elsewhere")
    twin.copy_to(other.id)
    assert other.worksheet("Copy of Twin").get("A1") == [["a"]]
    book.reorder_worksheets([twin, tab, first])
    assert [sheet.title for sheet in book.worksheets()] == ["Twin", "Keys", "Sheet1"]
    book.del_worksheet(twin)
    with pytest.raises(gspread.WorksheetNotFound):
        book.worksheet("Twin")


def test_gspread_shows_an_error_as_google_sends_it(client: gspread.Client) -> None:
    book = client.create("Errors")
    with pytest.raises(gspread.exceptions.APIError) as refusal:
        book.values_get("Nowhere!A1")
    assert refusal.value.code == 400
    assert refusal.value.error["status"] == "INVALID_ARGUMENT"


def built(sandbox: Sandbox, name: str, version: str, path: str = "") -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the client's own imports warn of is none of our business
        from googleapiclient.discovery import build
    return build(
        name,
        version,
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": f"{sandbox.url}{path}"},
        static_discovery=True,
    )


def test_googles_own_client_does_its_usual_work(sandbox: Sandbox) -> None:
    with built(sandbox, "sheets", "v4") as service:
        sheets = service.spreadsheets()
        asked = {"properties": {"title": "By Google"}, "sheets": [{"properties": {"title": "Keys"}}]}
        book = sheets.create(body=asked, fields="spreadsheetId,sheets.properties").execute()
        where = {"spreadsheetId": book["spreadsheetId"]}
        values = sheets.values()
        values.update(
            **where, range="Keys!A1", valueInputOption="USER_ENTERED", body={"values": [["a", "=2*3"]]}
        ).execute()
        values.append(**where, range="Keys!A1", valueInputOption="RAW", body={"values": [["b"]]}).execute()
        assert values.get(**where, range="Keys!A1:B2").execute()["values"] == [["a", "6"], ["b"]]
        many = values.batchGet(**where, ranges=["Keys!A1", "Keys!B1"], valueRenderOption="FORMULA").execute()
        assert [found["values"] for found in many["valueRanges"]] == [[["a"]], [["=2*3"]]]
        stamp = {"metadataKey": "k", "visibility": "DOCUMENT", "location": {"spreadsheet": True}}
        batch = {"requests": [{"createDeveloperMetadata": {"developerMetadata": stamp}}]}
        made = sheets.batchUpdate(**where, body=batch).execute()["replies"][0]["createDeveloperMetadata"]
        wanted = made["developerMetadata"]["metadataId"]
        found = sheets.developerMetadata().get(**where, metadataId=wanted).execute()
        assert found == made["developerMetadata"]
        lookup = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "k"}}]}
        assert sheets.developerMetadata().search(**where, body=lookup).execute()["matchedDeveloperMetadata"]
        values.batchClear(**where, body={"ranges": ["Keys!A1:B1"]}).execute()
        shown = sheets.get(**where, includeGridData=True, ranges="Keys!A1:B2").execute()
        assert shown["sheets"][0]["data"][0]["rowData"][1]["values"][0]["formattedValue"] == "b"


def test_googles_own_client_sends_long_addresses_by_post(sandbox: Sandbox) -> None:
    with built(sandbox, "sheets", "v4") as service:
        sheets = service.spreadsheets()
        where = {"spreadsheetId": sheets.create(body={}, fields="spreadsheetId").execute()["spreadsheetId"]}
        ranges = [f"Sheet1!A{n}:Z{n}" for n in range(1, 301)]
        found = sheets.values().batchGet(**where, ranges=ranges).execute()
    assert [one["range"] for one in found["valueRanges"]] == ranges


def test_googles_own_client_shows_an_error_as_google_sends_it(sandbox: Sandbox) -> None:
    with built(sandbox, "sheets", "v4") as service:
        from googleapiclient.errors import HttpError

        with pytest.raises(HttpError) as refusal:
            service.spreadsheets().get(spreadsheetId="nothing").execute()
    assert refusal.value.status_code == 404
    assert refusal.value.reason == "Requested entity was not found."


def test_googles_own_client_handles_files(sandbox: Sandbox) -> None:
    with built(sandbox, "drive", "v3", "/drive/v3/") as service:
        files = service.files()
        kind = "application/vnd.google-apps.spreadsheet"
        made = files.create(body={"name": "It's mine", "mimeType": kind}).execute()
        query = f"mimeType = '{kind}' and name = 'It\\'s mine' and trashed = false"
        assert [file["id"] for file in files.list(q=query).execute()["files"]] == [made["id"]]
        files.update(fileId=made["id"], body={"name": "Yours"}).execute()
        assert files.get(fileId=made["id"], fields="name").execute() == {"name": "Yours"}
        copy = files.copy(fileId=made["id"], body={}).execute()
        assert copy["name"] == "Copy of Yours"
        for file in (made, copy):
            files.delete(fileId=file["id"]).execute()
