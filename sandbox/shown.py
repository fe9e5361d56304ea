"""A spreadsheet as spreadsheets.get shows it; only what the mask asks for is worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sandbox import evaluate, formats, masks, standing
from sandbox.book import Book, Json, Tab
from sandbox.cell_errors import Error
from sandbox.defaults import FORMAT, THEME
from sandbox.dimensions import padded_rows
from sandbox.grid import Row
from sandbox.kinds.dimensions import USUAL_COLUMN_PIXELS, USUAL_ROW_PIXELS
from sandbox.kinds.metadata import sheet_of
from sandbox.kinds.protection import shown_protection
from sandbox.kinds.sheets import properties_of
from sandbox.masks import Mask
from sandbox.ranges import Area, area_to_read
from sandbox.values import plain_number


def spreadsheet(
    book: Book, ranges: Sequence[str] = (), with_cells: bool = False, mask: Mask | None = None
) -> Json:
    """The spreadsheet, or the tabs that the ranges name.

    With a mask, cells are shown when it asks for them, whatever `with_cells` says; so does Google.
    """
    mask = mask or masks.EVERYTHING
    areas = [area_to_read(book, text) for text in ranges]
    named = {area.tab.sheet_id for area in areas}
    tabs = [tab for tab in book.tabs if not ranges or tab.sheet_id in named]
    shown: Json = {"spreadsheetId": book.id, "properties": _properties(book)}
    if names := [n for n in book.named_ranges if book.tab(n["range"].get("sheetId", 0))]:
        # One whose tab was deleted is seen no more, and yet its name stays taken: so it is reported.
        shown["namedRanges"] = names
    shown["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{book.id}/edit"
    if metadata := [entry for entry in book.metadata.values() if entry["location"].get("spreadsheet")]:
        shown["developerMetadata"] = metadata
    shown = masks.apply(mask, shown)
    of_tabs = masks.inside(mask, "sheets")
    if of_tabs is not None:
        shown["sheets"] = [
            _tab(book, tab, [area for area in areas if area.tab is tab], with_cells, of_tabs) for tab in tabs
        ]
    return shown


def _properties(book: Book) -> Json:
    return {"title": book.title} | book.properties | {"defaultFormat": FORMAT, "spreadsheetTheme": THEME}


def _tab(book: Book, tab: Tab, areas: list[Area], with_cells: bool, mask: Mask) -> Json:
    parts: dict[str, Any] = {
        "merges": tab.merges,
        "conditionalFormats": tab.conditional,
        "filterViews": tab.filter_views,
        "protectedRanges": [shown_protection(entry) for entry in tab.protected],
        "basicFilter": tab.basic_filter,
        "charts": tab.charts,
        "bandedRanges": tab.banded,
        "developerMetadata": [m for m in _placed(book, tab) if "dimensionRange" not in m["location"]],
        "rowGroups": tab.row_groups,
        "columnGroups": tab.column_groups,
    }
    listed = {name: list(part) if isinstance(part, tuple) else part for name, part in parts.items() if part}
    shown: Json = masks.apply(mask, {"properties": properties_of(book, tab)} | listed)
    of_data = masks.inside(mask, "data")
    if (mask and of_data is not None) or (not mask and with_cells):
        areas = areas or [Area(tab, 0, 0, tab.rows, tab.columns)]
        shown["data"] = [_data(book, area, of_data or masks.EVERYTHING) for area in areas]
    return shown


def _placed(book: Book, tab: Tab) -> list[Json]:
    return [entry for entry in book.metadata.values() if sheet_of(entry) == tab.sheet_id]


def _data(book: Book, area: Area, mask: Mask) -> Json:
    shown: Json = masks.apply(
        mask, {n: v for n, v in (("startRow", area.top), ("startColumn", area.left)) if v}
    )
    of_rows = masks.inside(mask, "rowData")
    if of_rows is not None and (rows := _rows(book, area, of_rows)):
        shown["rowData"] = rows
    for name, what in (("rowMetadata", "ROWS"), ("columnMetadata", "COLUMNS")):
        wanted = masks.inside(mask, name)
        if wanted is not None:
            shown[name] = masks.apply(wanted, _dimension(book, area, what))
    return shown


def _dimension(book: Book, area: Area, dimension: str) -> list[Json]:
    rows = dimension == "ROWS"
    marks: dict[Any, Json] = area.tab.row_marks if rows else area.tab.column_marks
    first, last = (area.top, area.bottom) if rows else (area.left, area.right)
    usual: Json = {"pixelSize": USUAL_ROW_PIXELS if rows else USUAL_COLUMN_PIXELS}
    placed: dict[int, list[Json]] = {}
    for entry in _placed(book, area.tab):
        stretch = entry["location"].get("dimensionRange", {})
        if stretch.get("dimension") == dimension:
            placed.setdefault(stretch["startIndex"], []).append(entry)
    special = {n: usual | marks.get(n, {}) for n in {*marks, *placed}}
    for n, entries in placed.items():
        special[n] |= {"developerMetadata": entries}
    return [special.get(n, usual) for n in range(first, last)]


def _rows(book: Book, area: Area, mask: Mask) -> list[Json]:
    of_cells = masks.inside(mask, "values")
    show = CellView(book, area.tab, of_cells if of_cells is not None else masks.EVERYTHING)
    end = min(area.bottom, max(len(area.tab.values), len(area.tab.dress)))
    rows = padded_rows(area.tab.values, area.top, end) if end > area.top else []
    shown = [_row(show, n, row, area, of_cells is not None) for n, row in enumerate(rows, area.top)]
    while shown and not shown[-1][1]:
        shown.pop()
    return [row for row, _ in shown]


def _row(show: CellView, index: int, row: Row, area: Area, with_values: bool) -> tuple[Json, bool]:
    """The row as shown, and whether anything is in it."""
    dress = area.tab.dress.row(index)
    end = min(area.right, max(len(row), len(dress)))
    while end > area.left and _at(row, end - 1) is None and _at(dress, end - 1) is None:
        end -= 1
    if end <= area.left:
        return {}, False
    if not with_values:
        return {}, True
    return {"values": show.cells(index, row, dress, range(area.left, end))}, True


def _at(row: Row, column: int) -> Any:
    return row[column] if column < len(row) else None


# Parts of a cell that say of a text just that it is one.
TEXTS_AS_THEY_ARE = {"userEnteredValue", "effectiveValue"}


class CellView:
    """How the cells of a tab are shown under a mask."""

    def __init__(self, book: Book, tab: Tab, mask: Mask) -> None:
        self._book = book
        self._tab = tab
        self._left_alone: dict[int, bool] = {}
        parts: dict[str, Callable[[int, int, Any, Json], Any]] = {
            "userEnteredValue": self._entered,
            "effectiveValue": self._effective,
            "formattedValue": self._formatted,
            "userEnteredFormat": lambda r, c, v, worn: worn.get("userEnteredFormat"),
            "effectiveFormat": self._effective_format,
            "note": lambda r, c, v, worn: worn.get("note"),
            "dataValidation": lambda r, c, v, worn: worn.get("dataValidation"),
            "textFormatRuns": lambda r, c, v, worn: worn.get("textFormatRuns"),
            "pivotTable": lambda r, c, v, worn: worn.get("pivotTable"),
            "chipRuns": lambda r, c, v, worn: worn.get("chipRuns"),
        }
        inside = {name: masks.inside(mask, name) for name in parts}
        self._parts = [(name, part, inside[name]) for name, part in parts.items() if inside[name] is not None]

    def cells(self, index: int, row: Row, dress: Row, columns: range) -> list[Json]:
        """Some cells of a row."""
        if len(self._parts) == 1 and self._parts[0][0] in TEXTS_AS_THEY_ARE and not self._parts[0][2]:
            # A look at a long tab asks for one thing of each cell, and most cells are texts.
            name = self._parts[0][0]
            values = [*row[columns.start : columns.stop]]
            values += [None] * (len(columns) - len(values))
            return [
                {name: {"stringValue": value}}
                if type(value) is str
                else self.cell(index, n, value, _at(dress, n))
                for n, value in zip(columns, values, strict=True)
            ]
        return [self.cell(index, n, _at(row, n), _at(dress, n)) for n in columns]

    def cell(self, row: int, column: int, value: Any, worn: Json | None) -> Json:
        """One cell; an empty one shows nothing."""
        if value is None and worn is None:
            return {}
        shown: Json = {}
        for name, part, mask in self._parts:
            found = part(row, column, value, worn or {})
            if found is not None:
                shown[name] = masks.apply(mask, found) if mask else found
        return shown

    def _entered(self, row: int, column: int, value: Any, worn: Json) -> Json | None:
        if standing.is_formula(value):
            return {"formulaValue": standing.text_of(value, row, column)}
        return extended(value)

    def _effective(self, row: int, column: int, value: Any, worn: Json) -> Json | None:
        return extended(self._result(row, column, value))

    def _formatted(self, row: int, column: int, value: Any, worn: Json) -> str | None:
        if type(value) is str and (not worn or self._leaves_texts(worn)):
            return value
        result = self._result(row, column, value)
        if result is None:
            return None
        number_format = evaluate.own_format(worn)
        if isinstance(result, float) and standing.is_formula(value):
            number_format = evaluate.number_format(self._book, self._tab, row, column)
        return formats.render(result, number_format)

    def _leaves_texts(self, worn: Json) -> bool:
        if id(worn) not in self._left_alone:
            pattern = formats.pattern_of(evaluate.own_format(worn))
            self._left_alone[id(worn)] = "@" not in pattern or pattern == "@"
        return self._left_alone[id(worn)]

    def _effective_format(self, row: int, column: int, value: Any, worn: Json) -> Json | None:
        if value is None and "userEnteredFormat" not in worn:
            return None
        own = worn.get("userEnteredFormat", {})
        text: Json = FORMAT["textFormat"] | own.get("textFormat", {})
        side = (
            {"horizontalAlignment": alignment(self._result(row, column, value))} if value is not None else {}
        )
        shown: Json = FORMAT | side | own | {"textFormat": text, "hyperlinkDisplayType": "PLAIN_TEXT"}
        return shown

    def _result(self, row: int, column: int, value: Any) -> Any:
        return evaluate.result(self._book, self._tab, row, column) if standing.is_formula(value) else value


def alignment(value: Any) -> str:
    """The side to which a value keeps unless its format says otherwise."""
    if isinstance(value, bool | Error):
        return "CENTER"
    return "RIGHT" if isinstance(value, float) else "LEFT"


def extended(value: Any) -> Json | None:
    """A value as an ExtendedValue."""
    if type(value) is str:  # by far the most
        return {"stringValue": value}
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, float):
        return {"numberValue": plain_number(value)}
    if isinstance(value, Error):
        return {"errorValue": {"type": value.type, "message": value.message}}
    raise TypeError(f"no cell holds {type(value)}")
