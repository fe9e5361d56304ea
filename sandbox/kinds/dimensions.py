"""appendDimension, insertDimension, deleteDimension, moveDimension, their properties, and groups of them."""

from __future__ import annotations

from typing import Any

from sandbox import dimensions
from sandbox.book import Book, Ids, Json, Tab, merged
from sandbox.errors import bad_request
from sandbox.kinds.asked import span, update_mask

USUAL_ROW_PIXELS, USUAL_COLUMN_PIXELS = 21, 100


def append(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab = book.grid(ask.get("sheetId", 0))
    length = ask.get("length", 0)
    if ask.get("dimension") not in ("ROWS", "COLUMNS"):
        raise bad_request("No dimension specified.")
    if length < 1:
        raise bad_request(f"length[{length}] must be greater than 0.")
    return dimensions.appended(book, tab, ask["dimension"], length), {}


def insert(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, dimension, start, end = span(book, ask.get("range", {}))
    length = tab.rows if dimension == "ROWS" else tab.columns
    before = ask.get("inheritFromBefore", False)
    if start > length - (not before):
        raise bad_request(
            f"range.startIndex[{start}] must be less than the grid size ({length})"
            f"{' if inheritFromBefore is false' if start == length else ''}."
        )
    if before and start == 0:
        raise bad_request("inheritFromBefore cannot be true when inserting at index 0.")
    return dimensions.inserted(book, tab, dimension, start, end - start, before), {}


def delete(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, dimension, start, end = span(book, ask.get("range", {}))
    return dimensions.deleted(book, tab, dimension, start, end), {}


def move(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, dimension, start, end = span(book, ask.get("source", {}))
    return dimensions.moved(book, tab, dimension, start, end, ask.get("destinationIndex", 0)), {}


def update_properties(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, dimension, start, end = span(book, ask.get("range", {}))
    mask = update_mask("DimensionProperties", ask)
    _check_in_grid(tab, dimension, end)
    name = "row_marks" if dimension == "ROWS" else "column_marks"
    marks: dict[Any, Json] = dict(getattr(tab, name))
    for index in range(start, end):
        mark = merged(marks.get(index, {}), ask.get("properties", {}), mask)
        kept = {key: value for key, value in mark.items() if value}
        marks.pop(index, None)
        if kept:
            marks[index] = kept
    return book.changing(tab.sheet_id, **{name: marks}), {}


def _check_in_grid(tab: Tab, dimension: str, end: int) -> None:
    if end > (tab.rows if dimension == "ROWS" else tab.columns):
        raise bad_request(f"range.endIndex[{end}] is beyond the grid.")


def auto_resize(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    """Accepted for what it asks; no text is measured here, so that sizes go back to the usual ones."""
    tab, dimension, start, end = span(book, ask.get("dimensions", {}))
    name = "row_marks" if dimension == "ROWS" else "column_marks"
    marks: dict[Any, Json] = dict(getattr(tab, name))
    for index in [index for index in marks if start <= index < end]:
        marks[index] = {key: value for key, value in marks[index].items() if key != "pixelSize"}
    return book.changing(tab.sheet_id, **{name: marks}), {}


def _groups(tab: Tab, dimension: str) -> tuple[str, tuple[Json, ...], str]:
    if dimension == "ROWS":
        return "row_groups", tab.row_groups, "rowGroupControlAfter"
    return "column_groups", tab.column_groups, "columnGroupControlAfter"


def add_group(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, dimension, start, end = span(book, ask.get("range", {}))
    _check_in_grid(tab, dimension, end)
    name, groups, flag = _groups(tab, dimension)
    depth = 1 + sum(g["range"]["startIndex"] <= start and end <= g["range"]["endIndex"] for g in groups)
    crossing = [g for g in groups if _cross(g["range"], start, end)]
    if crossing:
        raise bad_request("Groups may not partly overlap.")
    placed = {"dimension": dimension, "startIndex": start, "endIndex": end}
    if tab.sheet_id:
        placed = {"sheetId": tab.sheet_id} | placed
    inner = tuple(g | {"depth": g["depth"] + (_inside(g["range"], start, end))} for g in groups)
    grown = tuple(sorted((*inner, {"range": placed, "depth": depth}), key=_outer_first))
    grid = tab.more.get("gridProperties", {}) | {flag: True}
    book = book.changing(tab.sheet_id, **{name: grown}, more=tab.more | {"gridProperties": grid})
    return book, {"dimensionGroups": list(grown)}


def _cross(range: Json, start: int, end: int) -> bool:
    other = range["startIndex"], range["endIndex"]
    return bool(other[0] < start < other[1] < end or start < other[0] < end < other[1])


def _inside(range: Json, start: int, end: int) -> bool:
    strictly = (range["startIndex"], range["endIndex"]) != (start, end)
    return bool(strictly and start <= range["startIndex"] and range["endIndex"] <= end)


def _outer_first(group: Json) -> tuple[int, int, int]:
    return group["range"]["startIndex"], group["depth"], -group["range"]["endIndex"]


def delete_group(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    tab, dimension, start, end = span(book, ask.get("range", {}))
    name, groups, _ = _groups(tab, dimension)
    same = [g for g in groups if (g["range"]["startIndex"], g["range"]["endIndex"]) == (start, end)]
    if not same:
        raise bad_request("There is no group at that range.")
    gone = max(same, key=lambda group: int(group["depth"]))
    rest = tuple(g | {"depth": g["depth"] - _inside(g["range"], start, end)} for g in groups if g is not gone)
    book = book.changing(tab.sheet_id, **{name: rest})
    return book, {"dimensionGroups": list(rest)} if rest else {}
