"""A workbook as people live in it: their own rows, columns, tabs, colours, rules, protections and charts."""

from __future__ import annotations

import json
from typing import Any

import requests

from fulfillment.app import build_setup
from fulfillment.sheets.setup import Report
from tests.local import Workbook, order

IDS = ("protectedRangeId", "bandedRangeId")
"""What a thing that comes back has anew."""

LOOKED_AT = 12
"""Rows of each tab that are compared."""

NOTES = 9
"""The column of NPTA Catalogue behind ours."""


def setup(workbook: Workbook, **options: bool) -> Report:
    return build_setup(workbook.settings())(**options)


def look(workbook: Workbook) -> dict[str, Any]:
    """Everything that Google tells of the spreadsheet, with the cells of the first rows."""
    url = f"{workbook.google}/v4/spreadsheets/{workbook.id}"
    found: dict[str, Any] = requests.get(url, timeout=30).json()
    titles = [sheet["properties"]["title"] for sheet in found["sheets"]]
    asked = {"ranges": [f"'{title}'!1:{LOOKED_AT}" for title in titles], "includeGridData": "true"}
    shown = requests.get(url, params={**asked, "fields": "sheets.data"}, timeout=30).json()["sheets"]
    for sheet, cells in zip(found["sheets"], shown, strict=True):
        sheet["data"] = cells["data"]
    return found


def alike(shown: dict[str, Any]) -> dict[str, Any]:
    """The same without ids that are drawn, and lists without an order of their own in one."""
    sheets = []
    for sheet in shown["sheets"]:
        kept = dict(sheet)
        for name in ("protectedRanges", "bandedRanges", "conditionalFormats", "charts"):
            things = [
                {key: value for key, value in thing.items() if key not in IDS}
                for thing in sheet.get(name, [])
            ]
            kept[name] = sorted(things, key=lambda thing: json.dumps(thing, sort_keys=True))
        kept["properties"] = {
            n: v for n, v in sheet["properties"].items() if n not in ("sheetId", "tabColor")
        }
        sheets.append(kept)
    return {"properties": shown["properties"], "sheets": sheets}


def live_in(workbook: Workbook) -> None:
    """Products and keys, orders served, and what people add for themselves."""
    workbook.stock("NASM CPT combined EX-1 9", "NASM CNC combined EX-2 4")
    workbook.sell(CPT="NASM-CPT-FULL", CNC="NASM-CNC-FULL", KBS="")
    service = workbook.service()
    for number in ("1", "2", "3"):
        service.fulfil(order(number), by="test")
    catalogue = workbook.sheet_id("NPTA Catalogue")
    workbook.batch(
        {"appendDimension": {"sheetId": catalogue, "dimension": "COLUMNS", "length": 1}},
        {"addSheet": {"properties": {"title": "Prices", "sheetId": 77, "index": 3}}},
    )
    notes = {"sheetId": catalogue, "startRowIndex": 0, "startColumnIndex": NOTES, "endColumnIndex": NOTES + 1}
    pink = {"backgroundColor": {"red": 1.0, "green": 0.6}}
    rule = {
        "condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "call them"}]},
        "format": {"backgroundColor": {"blue": 1.0}},
    }
    source = {"sheetId": 77, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}
    bars = {
        "chartType": "COLUMN",
        "series": [{"series": {"sourceRange": {"sources": [source]}}}],
    }
    chart = {
        "spec": {"title": "mine", "basicChart": bars},
        "position": {"overlayPosition": {"anchorCell": {"sheetId": 77, "rowIndex": 5}}},
    }
    workbook.batch(
        {"repeatCell": {"range": notes, "cell": {"userEnteredFormat": pink}, "fields": "userEnteredFormat"}},
        {"addConditionalFormatRule": {"rule": {"ranges": [notes], "booleanRule": rule}, "index": 0}},
        {"addProtectedRange": {"protectedRange": {"range": notes, "description": "Mia's"}}},
        {"addChart": {"chart": chart}},
    )
    workbook.type("NPTA Catalogue!J1", [["my notes"], ["call them"], [""], ["0042"]])
    workbook.type("Prices!A1", [["SKU", "price"], ["CPT", 899], ["CNC", "=1+1"]])
    workbook.type("Import Keys!A2", [["CANADA", "NASM", "CES", "combined", "=EX-9", "15 seats"]])
    setup(workbook)  # the filter now spans people's column as well


def typed(workbook: Workbook) -> dict[str, list[list[Any]]]:
    """What people typed: their cells by header, with their column and their tab."""
    theirs = ("SKU", "product", "entitlements", "fulfillment", "my notes")
    rows = workbook.tab("NPTA Catalogue", "FORMULA")
    pasted = workbook.tab("Import Keys", "FORMULA")
    return {
        "catalogue": [[row.get(header) for header in theirs] for row in rows if row.get("SKU")],
        "pasted": [[row.get(header) for header in ("component", "keycode", "seats")] for row in pasted],
        "Prices": workbook.values("Prices", "FORMULA"),
    }
