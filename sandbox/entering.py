"""spreadsheets.values, writing: rows put into a range, appended below a table, or cleared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sandbox.a1 import column_letters
from sandbox.book import Book, Json, Tab
from sandbox.cells import raw_value, typed_value, with_cells
from sandbox.dimensions import appended, inserted
from sandbox.errors import bad_request
from sandbox.grid import Grid, Row, trimmed
from sandbox.ranges import Area, area_to_read, area_to_write, locate, within_grid
from sandbox.tables import table_in


@dataclass(frozen=True, slots=True)
class Written:
    """What a write of values touched."""

    area: Area
    rows: frozenset[int]
    columns: frozenset[int]
    cells: int

    def shown(self, spreadsheet_id: str) -> Json:
        counts = {
            "updatedRows": len(self.rows),
            "updatedColumns": len(self.columns),
            "updatedCells": self.cells,
        }
        head = {"spreadsheetId": spreadsheet_id, "updatedRange": self.area.a1}
        return head | {name: count for name, count in counts.items() if count}


def rows_of(given: Json) -> list[list[Any]]:
    """The rows of a ValueRange, whichever way round it was sent."""
    values: list[list[Any]] = given.get("values", [])
    for r, row in enumerate(values):
        for c, value in enumerate(row):
            if isinstance(value, list | dict):
                kind = "list_value" if isinstance(value, list) else "struct_value"
                raise bad_request(f"Invalid values[{r}][{c}]: {kind} {{}}")
    if given.get("majorDimension") != "COLUMNS":
        return values
    height = max((len(column) for column in values), default=0)
    return [[column[n] if n < len(column) else None for column in values] for n in range(height)]


def update(book: Book, text: str, given: Json, option: str, at: float) -> tuple[Book, Written]:
    """The book with values written; null leaves a cell alone, an empty text clears it."""
    _check_same_range(given, text)
    rows = rows_of(given)
    _, range = locate(book, text)
    area = area_to_write(book, text)
    width = max((len(row) for row in rows), default=0)
    if not range.is_cell:
        _check_inside(area, rows, width)
    area = area.of(max(len(rows), 1), max(width, 1))
    return put(book, within_grid(area), rows, option, at)


def _check_same_range(given: Json, text: str) -> None:
    named = given.get("range")
    if named is not None and named != text:
        raise bad_request(f"Requested writing within range [{text}], but the data names range [{named}]")


def _check_inside(area: Area, rows: list[list[Any]], width: int) -> None:
    head = f"Requested writing within range [{area.a1}], but tried writing to"
    if len(rows) > area.height:
        raise bad_request(f"{head} row [{area.bottom + 1}]")
    if width > area.width:
        raise bad_request(f"{head} column [{column_letters(area.right)}]")


def put(book: Book, area: Area, rows: list[list[Any]], option: str, at: float) -> tuple[Book, Written]:
    """The book with rows of values in an area that they fit into."""
    tab, top, bottom = area.tab, area.top, area.top + len(rows)
    entered = [_entered(tab, top + n, area.left, row, option, at) for n, row in enumerate(rows)]
    values = [[value for value, _ in cells] for cells in entered]
    grid = tab.values.changed(top, bottom, lambda n, row: with_cells(row, area.left, values[n - top]))
    changed = replace(tab, values=grid)
    if option != "RAW":
        dress = [[worn for _, worn in cells] for cells in entered]
        worn = tab.dress.changed(top, bottom, lambda n, row: with_cells(row, area.left, dress[n - top]))
        changed = replace(changed, dress=worn)
    return book.with_tab(changed), _written(replace(area, tab=changed), rows)


def _entered(
    tab: Tab, index: int, left: int, row: list[Any], option: str, at: float
) -> list[tuple[Any, Json | None]]:
    """What the cells of a row hold and wear once the values were entered; null leaves a cell alone."""
    old, dress = tab.values.row(index), tab.dress.row(index)
    cells = []
    for column, value in enumerate(row, left):
        worn = dress[column] if column < len(dress) else None
        if value is None:
            cells.append((old[column] if column < len(old) else None, worn))
        elif option == "RAW":
            cells.append((raw_value(value), worn))
        else:
            cells.append(typed_value(value, worn, index, column, at))
    return cells


def _written(area: Area, rows: list[list[Any]]) -> Written:
    touched = [(n, m) for n, row in enumerate(rows) for m, value in enumerate(row) if value is not None]
    return Written(area, frozenset(n for n, _ in touched), frozenset(m for _, m in touched), len(touched))


def batch_update(book: Book, data: list[Json], option: str, at: float) -> tuple[Book, list[Written]]:
    """Several ranges, all or none."""
    done = []
    for given in data:
        book, written = update(book, given.get("range", ""), given | {"range": None}, option, at)
        done.append(written)
    return book, done


def totals(done: list[Written]) -> Json:
    """The sums that a batch of writes is answered with."""
    rows = {(w.area.tab.sheet_id, w.area.top + n) for w in done for n in w.rows}
    columns = {(w.area.tab.sheet_id, w.area.left + n) for w in done for n in w.columns}
    counts = {
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": sum(w.cells for w in done),
        "totalUpdatedSheets": len({w.area.tab.sheet_id for w in done}),
    }
    return {name: count for name, count in counts.items() if count}


def clear(book: Book, texts: Iterable[str]) -> tuple[Book, list[str]]:
    """The book without the values of some ranges; what the cells wear stays."""
    cleared = []
    for text in texts:
        area = area_to_read(book, text)
        book = book.changing(area.tab.sheet_id, values=_cleared(area))
        cleared.append(area.a1)
    return book, cleared


def _cleared(area: Area) -> Grid:
    grid = area.tab.values

    def change(_: int, row: Row) -> Row:
        if len(row) <= area.left:
            return row
        gap = (None,) * (min(area.right, len(row)) - area.left)
        return trimmed((*row[: area.left], *gap, *row[area.right :]))

    return grid.changed(area.top, min(area.bottom, len(grid)), change)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an append goes: found by looking at the sheet, which may have changed when it is written."""

    sheet_id: int
    row: int
    column: int
    table: str | None = None


def place_to_append(book: Book, text: str) -> Place:
    """Below the last table in the range; at the range's corner where there is none."""
    area = area_to_read(book, text)
    table = table_in(area)
    if table is None:
        return Place(area.tab.sheet_id, area.top, area.left)
    return Place(area.tab.sheet_id, table.bottom, table.left, table.a1)


def append(
    book: Book, place: Place, given: Json, option: str, insert: bool, at: float
) -> tuple[Book, Written]:
    """The book with rows at the place; the grid grows where they need it."""
    rows = rows_of(given)
    tab = book.grid(place.sheet_id)
    width = max((len(row) for row in rows), default=0)
    if insert and rows and place.row < tab.rows:
        book = inserted(book, tab, "ROWS", place.row, len(rows), place.row > 0)
    missing_rows = place.row + len(rows) - book.grid(place.sheet_id).rows
    if missing_rows > 0:
        book = appended(book, book.grid(place.sheet_id), "ROWS", missing_rows)
    missing_columns = place.column + width - tab.columns
    if missing_columns > 0:
        book = appended(book, book.grid(place.sheet_id), "COLUMNS", missing_columns)
    tab = book.grid(place.sheet_id)
    area = Area(tab, place.row, place.column, place.row + max(len(rows), 1), place.column + max(width, 1))
    return put(book, area, rows, option, at)
