"""sortRange. What it does to rows that a filter hides is said nowhere: here they stay, the worse of both."""

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
    """The tab with the rows of the area that are shown in order; each row takes its dress along."""
    bottom = min(area.bottom, max(len(area.tab.values), len(area.tab.dress)))
    hidden = _hidden(book, area, bottom)
    shown = [row for row in range(area.top, bottom) if row not in hidden]
    for spec in reversed(specs):
        _order_by(shown, book, area, spec)
    next_shown = iter(shown)
    order = [row if row in hidden else next(next_shown) for row in range(area.top, bottom)]
    values = _arranged(area.tab.values, area, order)
    return replace(area.tab, values=values, dress=_arranged(area.tab.dress, area, order))


def _hidden(book: Book, area: Area, bottom: int) -> set[int]:
    """The rows that hold a text which the filter hides in its column; `hiddenValues` alone hide rows here."""
    filter = area.tab.basic_filter or {}
    specs = [(int(column), criteria) for column, criteria in filter.get("criteria", {}).items()]
    specs += [
        (spec.get("columnIndex", 0), spec.get("filterCriteria", {})) for spec in filter.get("filterSpecs", [])
    ]
    top = max(area.top, filter.get("range", {}).get("startRowIndex", 0) + 1)
    return {
        row
        for column, criteria in specs
        for row in range(top, bottom)
        if evaluate.result(book, area.tab, row, column) in criteria.get("hiddenValues", [])
    }


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
