"""updateCells, appendCells, repeatCell, copyPaste, findReplace."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox import evaluate
from sandbox.book import Book, Ids, Json, Tab
from sandbox.cells import CellMask, dress_area, entered_value, typed_value, with_cells
from sandbox.dimensions import appended, padded_rows
from sandbox.errors import bad_request, not_built
from sandbox.grid import Row
from sandbox.kinds.asked import update_mask
from sandbox.ranges import Area, area_of, within_grid
from sandbox.standing import live_cells


def update_cells(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Writes rows of cells; with a range that is larger than its rows, the rest of it is cleared."""
    mask = CellMask(update_mask("CellData", ask))
    rows = [row.get("values", []) for row in ask.get("rows", [])]
    if "range" in ask:
        area = area_of(book, ask["range"])
        _check_fits(rows, area)
        area = replace(area, tab=_cleared(area, mask))
    elif "start" in ask:
        area = _area_from(book, ask["start"], rows)
    else:
        raise bad_request("Either range or start must be specified.")
    return book.with_tab(written(area.tab, area.top, area.left, rows, mask)), {}


def _cleared(area: Area, mask: CellMask) -> Tab:
    """The tab without what the mask names of an area; rows that hold nothing are not touched."""
    tab = area.tab

    def emptied(row: Row) -> Row:
        width = min(area.right, len(row)) - area.left
        return with_cells(row, area.left, [None] * width) if width > 0 else row

    if mask.value:
        values = tab.values.mapped(area.top, min(area.bottom, len(tab.values)), emptied)
        tab = replace(tab, values=values)
    if mask.worn:
        end = min(area.bottom, len(tab.dress))
        dress = dress_area(
            tab.dress, area.top, end, area.left, area.right, lambda worn: mask.dressed(worn, {})
        )
        tab = replace(tab, dress=dress)
    return tab


def _check_fits(rows: list[list[Json]], area: Area) -> None:
    if len(rows) > area.height:
        beyond, last = area.top + area.height, area.bottom - 1
        raise bad_request(f"Attempting to write row: {beyond}, beyond the last requested row of: {last}")
    if any(len(row) > area.width for row in rows):
        beyond, last = area.left + area.width, area.right - 1
        raise bad_request(
            f"Attempting to write column: {beyond}, beyond the last requested column of: {last}"
        )


def _area_from(book: Book, start: Json, rows: list[list[Json]]) -> Area:
    tab = book.grid(start.get("sheetId", 0))
    top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
    if top < 0 or left < 0:
        raise bad_request("start.rowIndex and start.columnIndex must be greater than or equal to 0.")
    width = max((len(row) for row in rows), default=0)
    return within_grid(Area(tab, top, left, top + len(rows), left + width))


def written(tab: Tab, top: int, left: int, rows: list[list[Json]], mask: CellMask) -> Tab:
    """The tab with rows of CellData written from a corner on."""
    values, dress = tab.values, tab.dress
    bottom = top + len(rows)
    if mask.value:
        values = values.changed(top, bottom, lambda n, row: _with_values(row, n, left, rows[n - top]))
    if mask.worn and (len(dress) > top or _any_worn(rows, mask)):
        dress = dress.changed(top, bottom, lambda n, row: _with_dress(row, left, rows[n - top], mask))
    return replace(tab, values=values, dress=dress)


def _with_values(row: Row, index: int, left: int, cells: list[Json]) -> Row:
    return with_cells(row, left, [entered_value(cell, index, left + n) for n, cell in enumerate(cells)])


def _any_worn(rows: list[list[Json]], mask: CellMask) -> bool:
    return any(name in cell for row in rows for cell in row for name in mask.worn)


def _with_dress(row: Row, left: int, cells: list[Json], mask: CellMask) -> Row:
    old = [row[left + n] if left + n < len(row) else None for n in range(len(cells))]
    return with_cells(row, left, [mask.dressed(worn, cell) for worn, cell in zip(old, cells, strict=True)])


def append_cells(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Writes rows below the last row of the tab that holds anything, wherever in the tab that is."""
    if "tableId" in ask:
        raise not_built("appendCells to a table")
    tab = book.grid(ask.get("sheetId", 0))
    mask = CellMask(update_mask("CellData", ask))
    rows = [row.get("values", []) for row in ask.get("rows", [])]
    if any(len(row) > tab.columns for row in rows):
        last = tab.columns - 1
        raise bad_request(
            f"Attempting to write column: {last + 1}, beyond the last requested column of: {last}"
        )
    top = len(tab.values)
    missing = top + len(rows) - tab.rows
    if missing > 0:
        book = appended(book, tab, "ROWS", missing)
        tab = book.grid(tab.sheet_id)
    return book.with_tab(written(tab, top, 0, rows, mask)), {}


def repeat_cell(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Writes one cell all over an area; a formula's relative references move along."""
    mask = CellMask(update_mask("CellData", ask))
    area = area_of(book, ask.get("range", {}))
    cell = ask.get("cell", {})
    tab = area.tab
    if mask.value:
        value = entered_value(cell, area.top, area.left)
        cells = [value] * area.width
        filled = tab.values.mapped(area.top, area.bottom, lambda row: with_cells(row, area.left, cells))
        tab = replace(tab, values=filled)
    if mask.worn:
        dress = dress_area(
            tab.dress, area.top, area.bottom, area.left, area.right, lambda worn: mask.dressed(worn, cell)
        )
        tab = replace(tab, dress=dress)
    return book.with_tab(tab), {}


PASTED = {
    "PASTE_NORMAL": (True, True),
    "PASTE_VALUES": (True, False),
    "PASTE_FORMULA": (True, False),
    "PASTE_FORMAT": (False, True),
    "PASTE_NO_BORDERS": (True, True),
}


def copy_paste(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    kind = ask.get("pasteType", "PASTE_NORMAL")
    if kind not in PASTED or ask.get("pasteOrientation", "NORMAL") != "NORMAL":
        raise not_built(f"copyPaste with {kind} {ask.get('pasteOrientation', '')}".strip())
    source = area_of(book, ask.get("source", {}), "source")
    target = area_of(book, ask.get("destination", {}), "destination")
    height = max(source.height, target.height // source.height * source.height)
    width = max(source.width, target.width // source.width * source.width)
    target = within_grid(target.of(height, width))
    return book.with_tab(_pasted(book, source, target, kind)), {}


def _pasted(book: Book, source: Area, target: Area, kind: str) -> Tab:
    with_values, with_dress = PASTED[kind]
    tab = target.tab
    values, dress = _block(source, source.tab.values), _block(source, source.tab.dress)
    if kind == "PASTE_VALUES":
        values = evaluate.results_of(book, source, values)
    if with_values:
        tab = replace(
            tab, values=tab.values.changed(target.top, target.bottom, _tiled(target, source, values))
        )
    if with_dress:
        tab = replace(tab, dress=tab.dress.changed(target.top, target.bottom, _tiled(target, source, dress)))
    return tab


def _block(area: Area, grid: Any) -> list[list[Any]]:
    columns = range(area.left, area.right)
    rows = padded_rows(grid, area.top, area.bottom)
    return [[row[n] if n < len(row) else None for n in columns] for row in rows]


def _tiled(target: Area, source: Area, block: list[list[Any]]) -> Callable[[int, Row], Row]:
    times = target.width // source.width
    return lambda n, row: with_cells(row, target.left, block[(n - target.top) % source.height] * times)


def cut_paste(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Moves cells; only in a spreadsheet without formulas, for what reads the cells would have to follow."""
    kind = ask.get("pasteType", "PASTE_NORMAL")
    if kind != "PASTE_NORMAL" or any(True for tab in book.tabs for _ in live_cells(tab.values)):
        raise not_built(f"cutPaste with {kind} in a spreadsheet with formulas")
    source = area_of(book, ask.get("source", {}), "source")
    corner = ask.get("destination", {})
    target = _area_from(book, corner, [[{}] * source.width] * source.height)
    values, dress = _block(source, source.tab.values), _block(source, source.tab.dress)
    book = book.with_tab(_cleared(source, CellMask({"*": {}})))
    tab = book.grid(target.tab.sheet_id)
    tab = replace(
        tab,
        values=tab.values.changed(target.top, target.bottom, _tiled(target, source, values)),
        dress=tab.dress.changed(target.top, target.bottom, _tiled(target, source, dress)),
    )
    return book.with_tab(tab), {}


def find_replace(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Replaces text in plain cells (formulas are left alone) in a range, a sheet, or all sheets."""
    if not ask.get("find"):
        raise bad_request("The find text cannot be empty.")
    if ask.get("includeFormulas") or ask.get("searchByRegex"):
        raise not_built("findReplace in formulas or by regular expression")
    areas = _searched(book, ask)
    pattern = _pattern(ask)
    counts = {"valuesChanged": 0, "rowsChanged": 0, "sheetsChanged": 0, "occurrencesChanged": 0}
    for area in areas:
        tab, found = _replaced(
            book.grid(area.tab.sheet_id), area, pattern, ask.get("replacement", ""), ids.at
        )
        counts = {name: counts[name] + found[name] for name in counts}
        book = book.with_tab(tab)
    return book, {name: count for name, count in counts.items() if count}


def _searched(book: Book, ask: Json) -> list[Area]:
    if "range" in ask:
        return [area_of(book, ask["range"])]
    tabs = book.tabs if ask.get("allSheets") else (book.grid(ask.get("sheetId", 0)),)
    return [Area(tab, 0, 0, tab.rows, tab.columns) for tab in tabs]


def _pattern(ask: Json) -> re.Pattern[str]:
    text = re.escape(ask["find"])
    text = rf"\A{text}\Z" if ask.get("matchEntireCell") else text
    return re.compile(text, 0 if ask.get("matchCase") else re.IGNORECASE)


def _replaced(tab: Tab, area: Area, pattern: re.Pattern[str], by: str, at: float) -> tuple[Tab, Json]:
    counts = {"valuesChanged": 0, "rowsChanged": 0, "sheetsChanged": 0, "occurrencesChanged": 0}

    def change(index: int, row: Row) -> Row:
        cells = list(row)
        for column in range(area.left, min(area.right, len(row))):
            if isinstance(cells[column], str):
                text, times = pattern.subn(lambda _: by, cells[column])
                if times:
                    cells[column] = typed_value(text, tab.dress.cell(index, column), index, column, at)[0]
                    counts["valuesChanged"] += 1
                    counts["occurrencesChanged"] += times
        changed = tuple(cells) != row
        counts["rowsChanged"] += changed
        return with_cells((), 0, cells) if changed else row

    values = tab.values.changed(area.top, min(area.bottom, len(tab.values)), change)
    counts["sheetsChanged"] = int(counts["rowsChanged"] > 0)
    return replace(tab, values=values), counts
