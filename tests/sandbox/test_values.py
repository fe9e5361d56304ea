"""spreadsheets.values: what is written, what is shown of it, and where appended rows land."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.sandbox.rest_client import Client, Refused, append_cells, row


def test_raw_values_stay_what_they_are_and_typed_ones_are_read(google: Client) -> None:
    typed = ["1,000.5", "50%", "2020-01-01", "true", "'007", "=1+1", "x"]
    google.write("A1", [typed], "RAW")
    google.write("A2", [typed], "USER_ENTERED")
    assert google.read("A1:G1") == [typed]
    assert google.read("A2:G2") == [["1,000.50", "50%", "2020-01-01", "TRUE", "007", "2", "x"]]
    assert google.read("A2:G2", valueRenderOption="UNFORMATTED_VALUE") == [
        [1000.5, 0.5, 43831, True, "007", 2, "x"]
    ]
    assert google.read("A2:G2", valueRenderOption="FORMULA") == [
        [1000.5, 0.5, 43831, True, "007", "=1+1", "x"]
    ]
    dates = google.read("C2", valueRenderOption="UNFORMATTED_VALUE", dateTimeRenderOption="FORMATTED_STRING")
    assert dates == [["2020-01-01"]]


def test_empty_ends_are_trimmed_and_inner_blanks_are_empty_texts(google: Client) -> None:
    google.write("B2:D3", [["a", "", "c"], ["", "", ""]])
    assert google.read("A1:E5") == [[], ["", "a", "", "c"]]
    assert google.call("GET", f"{google.path}/values/G1:H2") == {
        "range": "Sheet1!G1:H2",
        "majorDimension": "ROWS",
    }


def test_columns_come_first_when_asked_for(google: Client) -> None:
    google.write("A1:B2", [["a", "b"], ["c", ""]])
    assert google.read("A1:B2", majorDimension="COLUMNS") == [["a", "c"], ["b"]]
    google.call(
        "PUT",
        f"{google.path}/values/A5",
        {"values": [["x", "y"]], "majorDimension": "COLUMNS"},
        valueInputOption="RAW",
    )
    assert google.read("A5:A6") == [["x"], ["y"]]


def test_null_leaves_a_cell_alone_and_an_empty_text_clears_it(google: Client) -> None:
    google.write("A1:C1", [["a", "b", "c"]])
    answer = google.write("A1:C1", [[None, "", "d"]])
    assert google.read("A1:C1") == [["a", "", "d"]]
    assert answer["updatedCells"] == 2


@pytest.mark.parametrize(
    ("range_", "shown"),
    [
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("'Sheet1'", "Sheet1!A1:Z1000"),
        ("sheet1!b2", "Sheet1!B2"),
        ("D4:A1", "Sheet1!A1:D4"),
        ("A:C", "Sheet1!A1:C1000"),
        ("2:3", "Sheet1!A2:Z3"),
        ("A5:B", "Sheet1!A5:B1000"),
        ("Sheet1!A1:1", "Sheet1!A1:Z1"),
        ("A999:B1005", "Sheet1!A999:B1000"),
        ("Seats", "Sheet1!B2:C3"),
    ],
)
def test_ranges_are_understood_in_every_form(google: Client, range_: str, shown: str) -> None:
    area = {"startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 3}
    google.batch({"addNamedRange": {"namedRange": {"name": "Seats", "range": area}}})
    assert google.call("GET", f"{google.path}/values/{range_}")["range"] == shown


def test_a_title_is_quoted_where_it_must_be(google: Client) -> None:
    google.batch({"addSheet": {"properties": {"title": "It's a tab!"}}})
    answer = google.write("'It''s a tab!'!A1", [["x"]])
    assert answer["updatedRange"] == "'It''s a tab!'!A1"
    assert google.read("'It''s a tab!'") == [["x"]]


@pytest.mark.parametrize(
    ("range_", "said"),
    [
        ("NoSuchTab!A1", "Unable to parse range: NoSuchTab!A1"),
        ("A1:", "Unable to parse range: A1:"),
        (
            "A5000:B5001",
            "Range (Sheet1!A5000:B5001) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
    ],
)
def test_a_range_that_is_not_there_is_refused(google: Client, range_: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        google.read(range_)
    assert (refusal.value.status, refusal.value.message) == (400, said)


def test_writing_outside_the_named_range_is_refused(google: Client) -> None:
    with pytest.raises(Refused, match=r"within range \[Sheet1!A1:B1\], but tried writing to column \[C\]"):
        google.write("A1:B1", [["a", "b", "c"]])
    with pytest.raises(Refused, match=r"but tried writing to row \[2\]"):
        google.write("A1:B1", [["a"], ["b"]])
    with pytest.raises(Refused, match="'valueInputOption' is required but not specified"):
        google.call("PUT", f"{google.path}/values/A1", {"values": [["a"]]})
    with pytest.raises(Refused, match="more than the maximum of 50000 characters"):
        google.write("A1", [["x" * 50_001]])
    assert google.read("A:Z") == []


def test_a_batch_of_ranges_is_written_whole_or_not_at_all(google: Client) -> None:
    good, other = {"range": "A1", "values": [["a"]]}, {"range": "B5", "values": [[1]]}
    bad = {"range": "Nowhere!A1", "values": [["b"]]}
    path = f"{google.path}/values:batchUpdate"
    with pytest.raises(Refused):
        google.call("POST", path, {"valueInputOption": "RAW", "data": [good, bad]})
    assert google.read("A1") == []
    answer = google.call("POST", path, {"valueInputOption": "RAW", "data": [good, other]})
    assert (answer["totalUpdatedRows"], answer["totalUpdatedColumns"], answer["totalUpdatedCells"]) == (
        2,
        2,
        2,
    )


def test_what_was_written_is_shown_when_asked_for(google: Client) -> None:
    answer = google.write("A1", [["=2*3"]], "USER_ENTERED", includeValuesInResponse="true")
    assert answer["updatedData"] == {"range": "Sheet1!A1", "majorDimension": "ROWS", "values": [["6"]]}


def test_clearing_keeps_what_the_cells_wear(google: Client) -> None:
    google.write("A1", [["50%"]], "USER_ENTERED")
    google.call("POST", f"{google.path}/values:batchClear", {"ranges": ["A1", "C:C"]})
    google.write("A1", [[0.25]])
    assert google.read("A1") == [["25%"]]


@pytest.mark.parametrize(
    ("already", "range_", "table", "lands"),
    [
        ([], "Sheet1", None, "Sheet1!A1"),
        ([("A1", [["a", "b"], ["c", "d"]])], "Sheet1", "Sheet1!A1:B2", "Sheet1!A3"),
        ([("A1", [["a", "", "c"]])], "Sheet1", "Sheet1!C1", "Sheet1!C2"),
        ([("A1", [["a", "", "c"]])], "A1", "Sheet1!A1", "Sheet1!A2"),
        ([("A1", [["a"]]), ("B4", [["x", "y"], ["z", ""]])], "Sheet1", "Sheet1!B4:C5", "Sheet1!B6"),
        ([("A1", [["a"]]), ("A3", [["b"]])], "A2", None, "Sheet1!A2"),
        ([("B2", [["a"]]), ("C3", [["b"]]), ("D2", [["c"]])], "B2", "Sheet1!B2:D3", "Sheet1!B4"),
        ([("A1", [[str(n)] for n in range(300)])], "A1", "Sheet1!A1:A300", "Sheet1!A301"),
    ],
)
def test_rows_are_appended_below_the_table_in_the_range(
    google: Client, already: list[Any], range_: str, table: str | None, lands: str
) -> None:
    for corner, rows in already:
        google.write(corner, rows)
    answer = google.append(range_, [["new"]])
    assert (answer.get("tableRange"), answer["updates"]["updatedRange"]) == (table, lands)


def test_an_append_can_insert_rows_and_grows_the_grid(google: Client) -> None:
    google.write("A1:A2", [["a"], ["b"]])
    google.write("C3", [["below"]])
    google.append("A1", [["c"], ["d"]], insertDataOption="INSERT_ROWS")
    assert google.read("A1:C5") == [["a"], ["b"], ["c"], ["d"], ["", "", "below"]]
    google.write("E1002", [["last"]])
    google.append("E1002", [["new"]])
    assert google.tab()["properties"]["gridProperties"]["rowCount"] == 1003


def appended_at_once(sandbox: Sandbox, google: Client, times: int) -> int:
    """How many of so many appends at one time are there afterwards."""
    barrier = threading.Barrier(times)

    def one(n: int) -> None:
        client = Client(sandbox.url, google.id)
        barrier.wait()
        client.append("A1", [[f"row {n}"]])
        client.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(google.read("A:A"))


def test_appends_at_one_time_can_lose_rows_unless_switched_off(sandbox: Sandbox, google: Client) -> None:
    assert appended_at_once(sandbox, google, 30) < 30
    google.call("POST", f"{google.path}/values/A:A:clear")
    google.call("PUT", "/_sandbox/settings", {"lossy_append": False})
    assert appended_at_once(sandbox, google, 30) == 30


def test_cells_appended_in_batches_at_one_time_are_all_there(sandbox: Sandbox, google: Client) -> None:
    def one(n: int) -> None:
        client = Client(sandbox.url, google.id)
        client.batch(append_cells(row(f"row {n}")))
        client.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(google.read("A:A")) == sorted([f"row {n}"] for n in range(30))


def test_numbers_are_doubles(google: Client) -> None:
    google.write("A1", [[12345678901234567890, 0.1, 5.0]])
    assert google.read("A1:C1", valueRenderOption="UNFORMATTED_VALUE") == [[12345678901234567168, 0.1, 5]]


def test_a_formula_that_cannot_be_read_is_an_error_and_never_a_wrong_value(google: Client) -> None:
    google.write("A1", [["=FROBNICATE(1)", "=1+", "=1/0", "=A1"]], "USER_ENTERED")
    assert google.read("A1:D1") == [["#NAME?", "#ERROR!", "#DIV/0!", "#NAME?"]]


def test_a_cell_in_plain_text_takes_what_is_typed_as_it_is(google: Client) -> None:
    plain = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    google.batch(
        {"repeatCell": {"range": {"sheetId": 0}, "cell": plain, "fields": "userEnteredFormat.numberFormat"}}
    )
    google.write("A1", [["0012", "1E5", "=1+1", "1/2/2020"]], "USER_ENTERED")
    assert google.read("A1:D1") == [["0012", "1E5", "=1+1", "1/2/2020"]]


def test_text_that_cannot_be_sent_as_utf8_does_not_break_the_answer(google: Client) -> None:
    google.batch(append_cells(row("\ud800")))
    assert google.read("A1") == [["?"]]
