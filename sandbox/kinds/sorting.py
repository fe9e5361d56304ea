"""sortRange."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sandbox import evaluate
from sandbox.book import Book, Ids, Json
from sandbox.cells import with_cells
from sandbox.dimensions import padded_rows
from sandbox.errors import bad_request
from sandbox.grid import Grid, Row
from sandbox.kinds.looks import overlaps
from sandbox.ranges import Area, area_of

# Numbers before text before booleans before errors; blanks come last in either direction.
NUMBER, TEXT, BOOLEAN, ERROR = range(4)


def sort(book: Book, ask: Json, ids: Ids) -> tuple[Book, Json]:
    area = area_of(book, ask.get("range", {}))
    specs = ask.get("sortSpecs", [])
    if not specs:
        raise bad_request("At least one sortSpec must be specified.")
    for spec in specs:
        if not area.left <= spec.get("dimensionIndex", 0) < area.right:
            raise bad_request(f"Sort column {spec.get('dimensionIndex', 0)} is outside the range.")
    if any(overlaps(area, _merge(area, merge)) for merge in area.tab.merges):
        raise bad_request("You can't sort a range that contains merged cells.")
    return book.with_tab(sorted_tab(book, area, specs)), {}


def _merge(area: Area, merge: Json) -> Area:
    return Area(
        area.tab,
        merge["startRowIndex"],
        merge["startColumnIndex"],
        merge["endRowIndex"],
        merge["endColumnIndex"],
    )


def sorted_tab(book: Book, area: Area, specs: Sequence[Json]) -> Any:
    """The tab with the rows of the area in order; each row takes its dress along."""
    bottom = min(area.bottom, max(len(area.tab.values), len(area.tab.dress)))
    order = list(range(area.top, bottom))
    for spec in reversed(specs):
        _order_by(order, book, area, spec)
    values = _arranged(area.tab.values, area, order)
    return replace(area.tab, values=values, dress=_arranged(area.tab.dress, area, order))


def _order_by(order: list[int], book: Book, area: Area, spec: Json) -> None:
    column = spec.get("dimensionIndex", 0)
    keys = {row: _key(evaluate.result(book, area.tab, row, column)) for row in order}
    filled = [row for row in order if keys[row] is not None]
    blank = [row for row in order if keys[row] is None]
    descending = spec.get("sortOrder") == "DESCENDING"
    # Sorting backwards twice keeps equal rows in the order in which they stood.
    if descending:
        filled.reverse()
    filled.sort(key=lambda row: keys[row] or (0, ""), reverse=False)
    if descending:
        filled.reverse()
    order[:] = filled + blank


def _key(value: Any) -> tuple[int, Any] | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return BOOLEAN, value
    if isinstance(value, float):
        return NUMBER, value
    if isinstance(value, str):
        return TEXT, value.casefold()
    return ERROR, str(value)


def _arranged(grid: Grid, area: Area, order: list[int]) -> Grid:
    columns = range(area.left, area.right)
    rows = list(padded_rows(grid, area.top, area.top + len(order)))
    cells = [[row[n] if n < len(row) else None for n in columns] for row in rows]
    return grid.changed(area.top, area.top + len(order), _put(area, [cells[row - area.top] for row in order]))


def _put(area: Area, cells: list[list[Any]]) -> Callable[[int, Row], Row]:
    return lambda index, row: with_cells(row, area.left, cells[index - area.top])
