"""Edits as a person makes them in the browser: nothing that the API's clients agree on sees them.

Each names a tab and what is done there, in a person's terms: cells as A1, rows by their number, columns by
letter or header. What is protected refuses people who are not among its editors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox import dimensions, entering
from sandbox.a1 import column_index, parse_range
from sandbox.book import Book, Ids, Json, Tab
from sandbox.errors import bad_request
from sandbox.guards import check_may_edit, check_valid
from sandbox.kinds import sheets
from sandbox.kinds.dimensions import update_properties
from sandbox.kinds.sorting import sorted_tab
from sandbox.ranges import Area, area_to_read, within_grid

HEADER_ROWS = 1


def edit(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, Any]:
    """Carries out one edit; refused when it makes no sense or touches what the person may not edit."""
    kind = body.get("edit")
    if kind not in EDITS:
        raise bad_request(f"No such edit: {kind}. There are copy, {', '.join(sorted(EDITS))}.")
    tab = book.titled(text(body, "tab"))
    if tab is None:
        raise bad_request(f"There is no tab {body['tab']}.")
    return EDITS[kind](book, tab, body, ids), None


def text(body: Json, name: str, default: str | None = None) -> str:
    """A text of the request; refused when it is missing or no text."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a text.")
    return value


def number(body: Json, name: str, default: int | None = None) -> int:
    """A number of the request that counts from 1."""
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise bad_request(f"{name} must be a number from 1 on.")
    return value


def _rows(tab: Tab, top: int, bottom: int) -> Area:
    return Area(tab, top, 0, bottom, tab.columns)


def _columns(tab: Tab, left: int, right: int) -> Area:
    return Area(tab, 0, left, tab.rows, right)


def _corner(tab: Tab, body: Json) -> tuple[int, int]:
    try:
        cell = parse_range(text(body, "cell"))
    except ValueError:
        raise bad_request(f"Not a cell: {body['cell']}") from None
    if cell.sheet is not None or not cell.is_cell:
        raise bad_request(f"Not a cell: {body['cell']}")
    return cell.start_row or 0, cell.start_col or 0


def type_in(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Types into one cell, as at a keyboard; a strict validation refuses what it does not allow."""
    row, column = _corner(tab, body)
    return _entered(book, tab, row, column, [[text(body, "value")]], body, ids)


def paste(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Pastes a block of cells, given as rows or as a clipboard's text; the grid grows to take it."""
    row, column = _corner(tab, body)
    if "text" in body:
        rows: Any = [line.split("\t") for line in text(body, "text").splitlines()]
    else:
        rows = body.get("rows")
    if not isinstance(rows, list) or not all(isinstance(cells, list) for cells in rows) or not rows:
        raise bad_request("rows must be a list of lists.")
    given = [["" if value is None else value for value in cells] for cells in rows]
    return _entered(book, tab, row, column, given, body, ids)


def _entered(
    book: Book, tab: Tab, row: int, column: int, rows: list[list[Any]], body: Json, ids: Ids
) -> Book:
    width = max(map(len, rows)) or 1
    missing_rows, missing_columns = row + len(rows) - tab.rows, column + width - tab.columns
    if missing_rows > 0:
        book = dimensions.appended(book, tab, "ROWS", missing_rows)
    if missing_columns > 0:
        book = dimensions.appended(book, book.grid(tab.sheet_id), "COLUMNS", missing_columns)
    area = Area(book.grid(tab.sheet_id), row, column, row + len(rows), column + width)
    check_may_edit(area, body)
    after, written = entering.put(book, area, entering.rows_of({"values": rows}), "USER_ENTERED", ids.at)
    check_valid(after, written.area)
    return after


def clear(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Empties some cells (the Delete key)."""
    quoted = tab.title.replace("'", "''")
    area = area_to_read(book, f"'{quoted}'!{text(body, 'range')}")
    check_may_edit(area, body)
    return entering.clear(book, [area.a1])[0]


def sort(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Sorts the tab by a column, its header left where it is."""
    column = _column(tab, body, "column")
    top = tab.more.get("gridProperties", {}).get("frozenRowCount", HEADER_ROWS)
    area = _rows(tab, top, max(len(tab.values), top + 1))
    check_may_edit(area, body)
    order = "DESCENDING" if body.get("descending") else "ASCENDING"
    return book.with_tab(
        sorted_tab(book, within_grid(area), [{"dimensionIndex": column, "sortOrder": order}])
    )


def _column(tab: Tab, body: Json, name: str) -> int:
    """A column by its header, else by its letters."""
    wanted = text(body, name)
    header = tab.values.row(0)
    if wanted in header:
        return header.index(wanted)
    if wanted.isalpha() and wanted.isascii() and column_index(wanted) < tab.columns:
        return column_index(wanted)
    raise bad_request(f"There is no column {wanted}.")


def insert_rows(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Inserts rows above row `at`."""
    at = number(body, "at") - 1
    if at > tab.rows:
        raise bad_request(f"There is no row {at + 1}.")
    check_may_edit(_rows(tab, max(at - 1, 0), at + 1), body)
    return dimensions.inserted(book, tab, "ROWS", at, number(body, "count", 1), at > 0)


def delete_rows(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Deletes rows from row `at` on."""
    at = number(body, "at") - 1
    end = at + number(body, "count", 1)
    check_may_edit(_rows(tab, at, end), body)
    return dimensions.deleted(book, tab, "ROWS", at, end)


def move_rows(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Drags rows from row `from` on to stand above row `to`."""
    start = number(body, "from") - 1
    end, to = start + number(body, "count", 1), number(body, "to") - 1
    check_may_edit(_rows(tab, min(start, to), max(end, to)), body)
    return dimensions.moved(book, tab, "ROWS", start, end, to)


def insert_columns(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Inserts columns left of column `at`, or right of it (`after`)."""
    at = _column(tab, body, "at") + bool(body.get("after"))
    check_may_edit(_columns(tab, max(at - 1, 0), at + 1), body)
    return dimensions.inserted(book, tab, "COLUMNS", at, number(body, "count", 1), at > 0)


def delete_columns(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Deletes columns from column `at` on."""
    at = _column(tab, body, "at")
    end = at + number(body, "count", 1)
    check_may_edit(_columns(tab, at, end), body)
    return dimensions.deleted(book, tab, "COLUMNS", at, end)


def resize_columns(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Drags the edge of column `at` until it is so many `pixels` wide, and of those that follow with it."""
    at = _column(tab, body, "at")
    end = at + number(body, "count", 1)
    check_may_edit(_columns(tab, at, min(end, tab.columns)), body)
    span = {"sheetId": tab.sheet_id, "dimension": "COLUMNS", "startIndex": at, "endIndex": end}
    width = {"pixelSize": number(body, "pixels")}
    ask = {"range": span, "properties": width, "fields": "pixelSize"}
    return update_properties(book, ask, ids)[0]


def move_columns(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Drags columns from column `from` on to stand left of column `to`."""
    start, to = _column(tab, body, "from"), _column(tab, body, "to")
    end = start + number(body, "count", 1)
    check_may_edit(_columns(tab, min(start, to), max(end, to)), body)
    return dimensions.moved(book, tab, "COLUMNS", start, end, to)


def rename_header(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    """Types another header over the one that says `from`."""
    old = text(body, "from")
    if old not in tab.values.row(0):
        raise bad_request(f"There is no header {old}.")
    column = tab.values.row(0).index(old)
    return _entered(book, tab, 0, column, [[text(body, "to")]], body, ids)


def rename_tab(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    ask = {"properties": {"sheetId": tab.sheet_id, "title": text(body, "to")}, "fields": "title"}
    return sheets.update(book, ask, ids)[0]


def delete_tab(book: Book, tab: Tab, body: Json, ids: Ids) -> Book:
    check_may_edit(_rows(tab, 0, tab.rows), body)
    return sheets.delete(book, {"sheetId": tab.sheet_id}, ids)[0]


EDITS: dict[str, Callable[[Book, Tab, Json, Ids], Book]] = {
    "clear": clear,
    "delete_columns": delete_columns,
    "delete_rows": delete_rows,
    "delete_tab": delete_tab,
    "insert_columns": insert_columns,
    "insert_rows": insert_rows,
    "move_columns": move_columns,
    "move_rows": move_rows,
    "paste": paste,
    "rename_header": rename_header,
    "rename_tab": rename_tab,
    "resize_columns": resize_columns,
    "sort": sort,
    "type": type_in,
}
