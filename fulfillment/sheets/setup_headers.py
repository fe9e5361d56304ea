"""Where a tab's columns stand, and what became of those that its header row does not name.

A header that was retyped is put back only where two things agree: the column stands where ours stood, between
the same neighbours, and something of ours is still in it (its header's note, our formula, nothing but
values of our list). Where one of the two is missing, the column is named and left to a person: a second,
empty column beside the old one would split what is known in two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fulfillment.sheets.codec import column_letters, to_cell, to_text
from fulfillment.sheets.retyped import spots
from fulfillment.sheets.schema import Column, Tab
from fulfillment.sheets.setup_edits import Drift, Request, write_cells
from fulfillment.sheets.setup_there import Sheet
from fulfillment.sheets.tabs import LIVE_CATALOGUE

HEADER_FORMAT = {"textFormat": {"bold": True}, "verticalAlignment": "MIDDLE", "wrapStrategy": "CLIP"}
"""Its background comes from the bands."""


@dataclass(slots=True)
class Headers:
    """Where the columns of a tab stand after the repair."""

    place: dict[str, int]
    """header -> 0-based column; without the columns that are left to a person."""
    row: list[str]
    added: set[str] = field(default_factory=set)
    drifts: list[Drift] = field(default_factory=list)

    def is_complete(self, tab: Tab) -> bool:
        return all(header in self.place for header in tab.headers)


def find_headers(tab: Tab, sheet: Sheet) -> Headers:
    """Where the columns stand; a column that is missing gets its place behind all others."""
    row = sheet.headers
    place = {header: row.index(header) for header in tab.headers if row.count(header) == 1}
    found = Headers(place, row)
    for header in tab.headers:
        if row.count(header) > 1:
            twice = f"`{tab.title}` has the column `{header}` twice: rename one of them."
            found.drifts.append(Drift(twice, breaks=tab.title))
    missing = [column for column in tab.columns if column.header not in row]
    if missing:
        _settle(tab, sheet, missing, found)
    return found


def _settle(tab: Tab, sheet: Sheet, missing: list[Column], found: Headers) -> None:
    stood = dict(spots(tab, found.place, sheet.columns))
    strange = [n for n, text in enumerate(found.row) if text not in tab.headers and _is_in_use(sheet, n)]
    if strange and not found.place and not any(sheet.cell(0, n).note for n in strange):
        found.drifts.append(
            Drift(
                f"`{tab.title}` has none of its headers in row 1: if that row was deleted, bring it back "
                "with undo or from the version history; if rows were inserted above it, delete them.",
                breaks=tab.title,
            )
        )
        return
    for column in missing:
        spot = stood.get(column.header)
        traces = [n for n in strange if _has_trace(sheet, n, column)]
        if spot in strange and spot in traces:
            found.place[column.header] = spot
            found.drifts.append(_retyped(tab, column, sheet, spot))
        elif spot in strange or traces:
            found.drifts.append(_in_doubt(tab, column, sheet, spot if spot in strange else traces[0]))
        else:
            _append(tab, column, sheet, found)


def _is_in_use(sheet: Sheet, column: int) -> bool:
    cells = [sheet.cell(row, column) for row in range(len(sheet.cells))]
    return any(cell.note or not cell.is_blank for cell in cells)


def _has_trace(sheet: Sheet, number: int, column: Column) -> bool:
    """Is something in this column that only ours has?"""
    if column.note and sheet.cell(0, number).note == column.note:
        return True
    below = [sheet.cell(row, number) for row in sheet.rows_seen]
    if column.formula:
        return any(LIVE_CATALOGUE in cell.formula for cell in below)
    texts = {to_text(cell.value).strip().lower() for cell in below if not cell.is_blank}
    return bool(texts) and texts <= {value.lower() for value in column.values}


def _retyped(tab: Tab, column: Column, sheet: Sheet, spot: int) -> Drift:
    typed = to_text(sheet.cell(0, spot).value)
    sentence = (
        f"`{tab.title}`: the header `{column.header}` in column {column_letters(spot)} reads `{typed}`."
    )
    write = write_cells(sheet.sheet_id, 0, spot, [[to_cell(column.header)]])
    is_certain = tab.kind != "people" and sheet.cell(0, spot).note == column.note
    return Drift(sentence, (write,), breaks=tab.title, is_refreshed=is_certain)


def _in_doubt(tab: Tab, column: Column, sheet: Sheet, number: int) -> Drift:
    typed = to_text(sheet.cell(0, number).value)
    return Drift(
        f"`{tab.title}` has no column `{column.header}`. Column {column_letters(number)}, headed `{typed}`, "
        f"may be the one: if so, type `{column.header}` into its header; if not, insert a column so named.",
        breaks=tab.title,
    )


def _append(tab: Tab, column: Column, sheet: Sheet, found: Headers) -> None:
    """The column behind all others: in the first free one of a blank tab, else in one that is added."""
    is_blank = not any(_is_in_use(sheet, number) for number in range(sheet.columns))
    number = found.row.index("") if is_blank and "" in found.row else len(found.row)
    requests: list[Request] = []
    if number == len(found.row):
        requests.append(_grow(sheet.sheet_id, 1))
        found.row.append("")
    found.row[number] = column.header
    found.place[column.header] = number
    found.added.add(column.header)
    cell = {**to_cell(column.header), "userEnteredFormat": HEADER_FORMAT, "note": column.note}
    fields = "userEnteredValue,userEnteredFormat,note"
    requests.append(write_cells(sheet.sheet_id, 0, number, [[cell]], fields=fields))
    sentence = f"`{tab.title}` has no column `{column.header}`."
    found.drifts.append(Drift(sentence, tuple(requests), breaks=tab.title))


def _grow(sheet_id: int, columns: int) -> Request:
    return {"appendDimension": {"sheetId": sheet_id, "dimension": "COLUMNS", "length": columns}}
