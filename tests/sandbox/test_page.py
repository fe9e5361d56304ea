"""What the workbook page asks the local Google for: tabs, rows as they are drawn, charts, news."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.sandbox.rest_client import Client, Json, Refused

RED, PALE, GREY = {"red": 1}, {"green": 1, "blue": 1}, {"red": 0.8, "green": 0.8, "blue": 0.8}


def rows(google: Client, start: int = 0, end: int = 10, tab: int = 0) -> Json:
    asked = {"from": start, "to": end}
    return google.call("GET", "/_sandbox/rows", spreadsheet=google.id, tab=tab, **asked)


def cell(google: Client, row: int, column: int) -> Json:
    """A cell with its look and its rule in place of their numbers."""
    said = rows(google, row, row + 1)
    text, look, *more = said["rows"][0][column]
    found = {"text": text, "look": said["looks"][look]} | (more[0] if more else {})
    return found | ({"rule": said["rules"][found["rule"]]} if "rule" in found else {})


def area(top: int, bottom: int, left: int, right: int) -> Json:
    sides = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    return dict(zip(sides, (top, bottom, left, right), strict=True))


def validated(condition: Json, **more: Any) -> Json:
    rule = {"condition": condition} | more
    return {"setDataValidation": {"range": {"sheetId": 0, **area(1, 9, 0, 1)}, "rule": rule}}


def test_a_workbook_is_told_by_its_tabs(google: Client) -> None:
    sheet = {"title": "Keys", "hidden": True, "tabColor": RED, "sheetId": 7}
    grid = {"rowCount": 20, "columnCount": 3, "frozenRowCount": 1}
    google.batch(
        {"addSheet": {"properties": sheet | {"gridProperties": grid}}},
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 7}}}},
        {"setBasicFilter": {"filter": {"range": {"sheetId": 7}}}},
        {
            "updateDimensionProperties": {
                "range": {"sheetId": 7, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2},
                "properties": {"pixelSize": 240},
                "fields": "pixelSize",
            }
        },
    )
    google.write("Keys!A3", [["x"]])
    said = google.call("GET", "/_sandbox/book", spreadsheet=google.id)
    assert said["title"] == "Orders"
    assert said["tabs"][1] == {
        "id": 7,
        "title": "Keys",
        "rows": 20,
        "columns": 3,
        "filled": 3,
        "hidden": True,
        "color": "#ff0000",
        "frozen": [1, 0],
        "widths": [100, 240, 100],
        "locked": True,
        "filter": {"row": 0, "from": 0, "to": 3},
        "charts": 0,
    }


def test_the_spreadsheet_changed_last_comes_first(google: Client) -> None:
    first = google.id
    google.create(title="Another")
    assert google.call("GET", "/_sandbox/books")["books"][0]["title"] == "Another"
    google.write("A1", [["x"]])
    google.id, second = first, google.id
    google.write("A1", [["y"]])
    assert [book["id"] for book in google.call("GET", "/_sandbox/books")["books"]][:2] == [first, second]


def test_cells_show_what_google_shows_and_keep_to_their_side(google: Client) -> None:
    google.write("A1", [["0012", "1,234.5", "=1/0", "TRUE", "=A1&B1", ""]], "USER_ENTERED")
    said = rows(google, 0, 1)
    cells = said["rows"][0]
    assert [each[0] for each in cells[:6]] == ["12", "1,234.50", "#DIV/0!", "TRUE", "121234.5", ""]
    sides = [said["looks"][each[1]].get("align") for each in cells[:6]]
    assert sides == ["right", "right", "center", "center", None, None]
    assert len(cells) == 26


@pytest.mark.parametrize(
    ("typed", "edited"),
    [
        ("1,234.5", "1234.5"),
        ("3/4/2026", None),
        ("12.5%", None),
        ("=1+1", "=1+1"),
        ("'0012", "'0012"),
        ("plain", None),
    ],
)
def test_an_editor_shows_what_typed_again_changes_nothing(
    google: Client, typed: str, edited: str | None
) -> None:
    google.person("type", cell="A1", value=typed)
    before = cell(google, 0, 0)
    assert before.get("edit") == edited
    google.person("type", cell="A1", value=before.get("edit", before["text"]))
    assert cell(google, 0, 0) == before


def test_bands_lie_below_formats_and_conditional_formats_above(google: Client) -> None:
    bands = {
        "headerColor": GREY,
        "firstBandColor": {"red": 1, "green": 1, "blue": 1},
        "secondBandColor": PALE,
    }
    bold = {"userEnteredFormat": {"textFormat": {"bold": True, "fontSize": 12}, "backgroundColor": RED}}
    rule = {
        "ranges": [{"sheetId": 0, **area(1, 1000, 0, 2)}],
        "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": '=$B2="low"'}]},
            "format": {"backgroundColor": GREY, "textFormat": {"foregroundColor": RED}},
        },
    }
    google.write("A1", [["sku", "level"], ["CPT", "ok"], ["CNC", "low"], ["CES", "low"]])
    google.batch(
        {
            "addBanding": {
                "bandedRange": {"range": {"sheetId": 0, **area(0, 9, 0, 2)}, "rowProperties": bands}
            }
        },
        {
            "repeatCell": {
                "range": {"sheetId": 0, **area(3, 4, 0, 1)},
                "cell": bold,
                "fields": "userEnteredFormat",
            }
        },
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
    )
    assert cell(google, 0, 0)["look"] == {"bg": "#cccccc"}
    assert cell(google, 1, 0)["look"] == {"bg": "#ffffff"}
    assert cell(google, 2, 0)["look"] == {"bg": "#cccccc", "fg": "#ff0000"}
    assert cell(google, 3, 0)["look"] == {"bg": "#cccccc", "fg": "#ff0000", "bold": True, "size": 12}
    assert cell(google, 4, 1)["look"] == {"bg": "#00ffff"}
    assert cell(google, 9, 0)["look"] == {}


@pytest.mark.parametrize(
    ("kind", "words", "met", "not_met"),
    [
        ("NUMBER_GREATER", ["5"], 6, 5),
        ("NUMBER_BETWEEN", ["1", "3"], 2, 4),
        ("NUMBER_EQ", ["1,000"], 1000, "1000"),
        ("TEXT_CONTAINS", ["OUT"], "sold out", "in"),
        ("TEXT_EQ", ["ok"], "OK", "okay"),
        ("NOT_BLANK", [], "x", ""),
        ("CUSTOM_FORMULA", ["=LEN(A1)>3"], "four", "two"),
    ],
)
def test_rules_colour_the_cells_that_meet_them(
    google: Client, kind: str, words: list[str], met: Any, not_met: Any
) -> None:
    condition = {"type": kind, "values": [{"userEnteredValue": word} for word in words]}
    boolean = {"condition": condition, "format": {"backgroundColor": RED}}
    rule = {"ranges": [{"sheetId": 0}], "booleanRule": boolean}
    google.batch({"addConditionalFormatRule": {"rule": rule, "index": 0}})
    google.write("A1", [[met], [not_met]])
    assert cell(google, 0, 0)["look"]["bg"] == "#ff0000"
    assert "bg" not in cell(google, 1, 0)["look"]


def test_notes_choices_and_what_is_not_valid_are_told_with_the_cell(google: Client) -> None:
    words = [{"userEnteredValue": word} for word in ("AUTO", "EXTERNAL")]
    google.batch(
        {
            "updateCells": {
                "range": {"sheetId": 0, **area(0, 1, 0, 1)},
                "rows": [{"values": [{"note": "How."}]}],
                "fields": "note",
            }
        },
        validated({"type": "ONE_OF_LIST", "values": words}, inputMessage="Who does it.", showCustomUi=True),
    )
    google.write("A1", [["fulfillment"], ["AUTO"], ["auto"]])
    rule = {"kind": "ONE_OF_LIST", "strict": False, "choices": ["AUTO", "EXTERNAL"], "help": "Who does it."}
    assert cell(google, 0, 0)["note"] == "How."
    assert (cell(google, 1, 0)["rule"], cell(google, 1, 0).get("bad")) == (rule, None)
    assert cell(google, 2, 0)["bad"]
    assert cell(google, 5, 0)["rule"] == rule
    assert "bad" not in cell(google, 5, 0)


def test_a_formula_of_a_validation_looks_at_each_row_by_itself(google: Client) -> None:
    google.batch(validated({"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A2>0"}]}))
    google.write("A2", [[1], [-1], [2]])
    assert [cell(google, n, 0).get("bad") for n in (1, 2, 3)] == [None, True, None]


def test_rows_beyond_the_last_are_none_and_a_screen_of_them_is_enough(google: Client) -> None:
    assert rows(google, 995, 1100)["rows"][5:] == []
    assert len(rows(google, 0, 1000)["rows"]) == 500


def test_text_that_looks_like_html_or_a_formula_stays_text(google: Client) -> None:
    codes = ["<img src=x onerror=alert(1)>", "=1+1", '"><script>alert(1)</script>']
    google.write("A1", [codes])
    assert [each[0] for each in rows(google, 0, 1)["rows"][0][:3]] == codes


def test_a_chart_comes_with_its_figures(google: Client) -> None:
    google.write("A1", [["pool", "used"], ["CPT", 3], ["CNC", 5], ["", ""]])

    def source(column: int) -> Json:
        return {"sourceRange": {"sources": [{"sheetId": 0, **area(0, 4, column, column + 1)}]}}

    basic = {
        "chartType": "BAR",
        "headerCount": 1,
        "legendPosition": "TOP_LEGEND",
        "stackedType": "STACKED",
        "domains": [{"domain": source(0)}],
        "series": [{"series": source(1), "color": RED}],
    }
    anchor = {"anchorCell": {"sheetId": 0, "rowIndex": 2, "columnIndex": 3}}
    chart = {"spec": {"title": "Stock", "basicChart": basic}, "position": {"overlayPosition": anchor}}
    google.batch({"addChart": {"chart": chart}})
    said = google.call("GET", "/_sandbox/charts", spreadsheet=google.id, tab=0)["charts"]
    place = {"row": 2, "column": 3, "x": 0, "y": 0, "width": 600, "height": 371}
    series = [{"name": "used", "color": "#ff0000", "values": [3, 5, None]}]
    shown = {"title": "Stock", "kind": "BAR", "stacked": True, "legend": True, "place": place}
    assert said == [shown | {"labels": ["CPT", "CNC", ""], "series": series}]


def test_news_comes_as_soon_as_somebody_writes(google: Client) -> None:
    serial = google.call("GET", "/_sandbox/book", spreadsheet=google.id)["serial"]
    other = Client(f"http://{google._connection.host}:{google._connection.port}", google.id)
    heard: list[Json] = []
    asked = {"spreadsheet": google.id, "after": serial}
    waiting = threading.Thread(target=lambda: heard.append(google.call("GET", "/_sandbox/changes", **asked)))
    waiting.start()
    other.write("A1", [["news"]])
    waiting.join(10)
    assert heard == [{"serial": serial + 1}]
    assert google.call("GET", "/_sandbox/changes", spreadsheet=google.id, after=serial) == heard[0]


def test_nobody_waits_for_news_of_a_spreadsheet_that_is_deleted(google: Client) -> None:
    serial = google.call("GET", "/_sandbox/book", spreadsheet=google.id)["serial"]
    other = Client(f"http://{google._connection.host}:{google._connection.port}")
    heard: list[int] = []
    asked = {"spreadsheet": google.id, "after": serial}
    waiting = threading.Thread(
        target=lambda: heard.append(google.send("GET", "/_sandbox/changes", **asked)[0])
    )
    waiting.start()
    other.call("DELETE", f"/drive/v3/files/{google.id}")
    waiting.join(10)
    assert heard == [404]


@pytest.mark.parametrize(
    "asked",
    [
        {"tab": "0", "from": "-1", "to": "5"},
        {"tab": "x", "from": "0", "to": "5"},
        {"tab": "99", "from": "0", "to": "5"},
        {"tab": "0", "from": "0"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(google: Client, asked: Json) -> None:
    with pytest.raises(Refused) as refusal:
        google.call("GET", "/_sandbox/rows", spreadsheet=google.id, **asked)
    assert refusal.value.status == 400


def test_the_page_asks_nothing_that_counts_as_a_call_of_the_api(google: Client) -> None:
    google.call("DELETE", "/_sandbox/stats")
    rows(google)
    google.call("GET", "/_sandbox/book", spreadsheet=google.id)
    assert google.call("GET", "/_sandbox/stats") == {"reads": 0, "writes": 0, "methods": {}}
