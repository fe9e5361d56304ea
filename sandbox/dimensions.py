"""Rows and columns coming, going and moving, with everything that is attached to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sandbox import follow, shifts
from sandbox.book import MAX_COLUMNS, Book, Json, Tab, check_cell_count
from sandbox.errors import bad_request
from sandbox.grid import EMPTY_ROW, Grid, Row, trimmed
from sandbox.shifts import COLUMNS, ROWS, Change, Move, Shift


def resized(book: Book, tab: Tab, rows: int, columns: int) -> Book:
    """The book with a tab of another size: what is cut off is lost, what is added is empty."""
    if rows < tab.rows:
        book = deleted(book, tab, ROWS, rows, tab.rows)
    if columns < tab.columns:
        book = deleted(book, book.grid(tab.sheet_id), COLUMNS, columns, tab.columns)
    return book.changing(tab.sheet_id, rows=rows, columns=columns)


def appended(book: Book, tab: Tab, dimension: str, count: int) -> Book:
    """More rows or columns at the end; rows take on what the last row wore."""
    _check_room(book, tab, dimension, count)
    if dimension == COLUMNS:
        return book.changing(tab.sheet_id, columns=tab.columns + count)
    dress, last = tab.dress, tab.dress.row(tab.rows - 1)
    plain = trimmed([_format_only(worn) for worn in last])
    if plain:
        dress = dress.mapped(tab.rows, tab.rows + count, lambda _: plain)
    return book.changing(tab.sheet_id, rows=tab.rows + count, dress=dress)


def _check_room(book: Book, tab: Tab, dimension: str, count: int) -> None:
    """Refused before anything is made of such a size."""
    if dimension == COLUMNS and tab.columns + count > MAX_COLUMNS:
        raise bad_request(f"A sheet may have at most {MAX_COLUMNS} columns.")
    check_cell_count(book, more=count * (tab.columns if dimension == ROWS else tab.rows))


def _format_only(worn: Json | None) -> Json | None:
    """What a new row takes on from its neighbour: format and validation, not the note."""
    if worn is None or "note" not in worn:
        return worn
    return {name: value for name, value in worn.items() if name != "note"} or None


def inserted(book: Book, tab: Tab, dimension: str, at: int, count: int, from_before: bool) -> Book:
    """New rows or columns before `at`; they look like their neighbour before, or after."""
    _check_room(book, tab, dimension, count)
    change = Shift(dimension, at, count)
    book, tab = _reformed(book, tab, change)
    size = {"rows": tab.rows + count} if dimension == ROWS else {"columns": tab.columns + count}
    neighbour = at - 1 if from_before else at
    if dimension == ROWS:
        looks = trimmed([_format_only(worn) for worn in tab.dress.row(neighbour)])
        values = tab.values if at >= len(tab.values) else tab.values.spliced(at, at, [EMPTY_ROW] * count)
        plain = at >= len(tab.dress) and not looks
        dress = tab.dress if plain else tab.dress.spliced(at, at, [looks] * count)
    else:
        values = tab.values.each(_opened(at, lambda row: (None,) * count))
        dress = tab.dress.each(_opened(at, lambda row: (_format_only(_at(row, neighbour)),) * count))
    book = book.changing(tab.sheet_id, values=values, dress=dress, **size)
    return _followed(book, tab, change)


def _reformed(book: Book, tab: Tab, change: Change) -> tuple[Book, Tab]:
    book = follow.shifted(book, tab.title, change)
    return book, book.grid(tab.sheet_id)


def _at(row: Row, column: int) -> Any:
    return row[column] if 0 <= column < len(row) else None


def _opened(at: int, filling: Callable[[Row], Row]) -> Callable[[Row], Row]:
    def change(row: Row) -> Row:
        if len(row) < at:
            return row
        return trimmed((*row[:at], *filling(row), *row[at:]))

    return change


def deleted(book: Book, tab: Tab, dimension: str, start: int, end: int) -> Book:
    """Rows or columns taken out; what follows moves up."""
    length = tab.rows if dimension == ROWS else tab.columns
    if end > length:
        what = "row" if dimension == ROWS else "column"
        tried = f"Tried to delete {what} index {end - 1} but there are only {length} {what}s."
        raise bad_request(f"Cannot delete a {what} that doesn't exist. {tried}")
    if start == 0 and end == length:
        raise bad_request(f"You can't delete all the {dimension.lower()} on the sheet.")
    change = Shift(dimension, start, start - end)
    book, tab = _reformed(book, tab, change)
    if dimension == ROWS:
        values, dress = _without_rows(tab.values, start, end), _without_rows(tab.dress, start, end)
        size = {"rows": length - (end - start)}
    else:
        values, dress = _without_columns(tab.values, start, end), _without_columns(tab.dress, start, end)
        size = {"columns": length - (end - start)}
    book = book.changing(tab.sheet_id, values=values, dress=dress, **size)
    return _followed(book, tab, change)


def _without_rows(grid: Grid, start: int, end: int) -> Grid:
    return grid if start >= len(grid) else grid.spliced(start, end, [])


def _without_columns(grid: Grid, start: int, end: int) -> Grid:
    return grid.each(lambda row: trimmed((*row[:start], *row[end:])) if len(row) > start else row)


def moved(book: Book, tab: Tab, dimension: str, start: int, end: int, to: int) -> Book:
    """Rows or columns taken to stand before `to`, counted as it was before the move."""
    length = tab.rows if dimension == ROWS else tab.columns
    if end > length or not 0 <= to <= length:
        raise bad_request(f"Cannot move: the sheet has {length} {dimension.lower()}.")
    if start <= to <= end:
        if start < to < end:
            raise bad_request("The destination index cannot be inside the source range.")
        return book
    change = Move(dimension, start, end, to)
    book, tab = _reformed(book, tab, change)
    low, high = min(start, to), max(end, to)
    middle = start if to < start else end
    if dimension == ROWS:
        values, dress = (
            _swapped_rows(tab.values, low, middle, high),
            _swapped_rows(tab.dress, low, middle, high),
        )
    else:
        values, dress = (
            _swapped_columns(tab.values, low, middle, high),
            _swapped_columns(tab.dress, low, middle, high),
        )
    book = book.changing(tab.sheet_id, values=values, dress=dress)
    return _followed(book, tab, change)


def _swapped_rows(grid: Grid, low: int, middle: int, high: int) -> Grid:
    rows: list[Row] = [*padded_rows(grid, middle, high), *padded_rows(grid, low, middle)]
    return grid.spliced(low, high, rows)


def padded_rows(grid: Grid, start: int, end: int) -> Iterable[Row]:
    """Exactly the rows of the stretch, empty ones below the last that holds something."""
    found = list(grid.rows(start, end))
    return [*found, *([EMPTY_ROW] * (end - start - len(found)))]


def _swapped_columns(grid: Grid, low: int, middle: int, high: int) -> Grid:
    def change(row: Row) -> Row:
        if len(row) <= low:
            return row
        wide = (*row, *(None,) * (high - len(row)))
        return trimmed((*wide[:low], *wide[middle:high], *wide[low:middle], *wide[high:]))

    return grid.each(change)


def _followed(book: Book, before: Tab, change: Change) -> Book:
    """Everything else that has a place in the tab, in its new place."""
    tab = book.grid(before.sheet_id)
    marks = "row_marks" if change.dimension == ROWS else "column_marks"
    groups = "row_groups" if change.dimension == ROWS else "column_groups"
    along: Json = {
        marks: shifts.marks(change, getattr(tab, marks)),
        groups: shifts.groups(change, getattr(tab, groups)),
    }
    tab = replace(
        tab,
        merges=shifts.merges(change, tab.merges),
        protected=shifts.ranged(change, tab.protected),
        conditional=shifts.ranges(change, tab.conditional),
        banded=shifts.ranged(change, tab.banded),
        charts=shifts.charts(change, tab.charts),
        filter_views=shifts.ranged(change, tab.filter_views),
        basic_filter=next(iter(shifts.ranged(change, (tab.basic_filter,))), None)
        if tab.basic_filter
        else None,
        **along,
    )
    return replace(
        book.with_tab(_frozen_within(tab)),
        named_ranges=_names_after(book, before, change),
        metadata=_metadata_after(book, before, change),
    )


def _frozen_within(tab: Tab) -> Tab:
    """Fewer frozen rows and columns where a deletion left too few."""
    grid = tab.more.get("gridProperties", {})
    limits = {"frozenRowCount": tab.rows - 1, "frozenColumnCount": tab.columns - 1}
    kept = {name: min(value, limits.get(name, value)) for name, value in grid.items()}
    return replace(tab, more=tab.more | {"gridProperties": kept}) if kept != grid else tab


def _names_after(book: Book, tab: Tab, change: Change) -> tuple[Json, ...]:
    here = [n for n in book.named_ranges if n["range"].get("sheetId", 0) == tab.sheet_id]
    if not here:
        return book.named_ranges
    moved_names = {n["namedRangeId"]: shifts.grid_range(change, n["range"]) for n in here}
    shown = (n | {"range": moved_names.get(n["namedRangeId"], n["range"])} for n in book.named_ranges)
    return tuple(n for n in shown if n["range"])


def _metadata_after(book: Book, tab: Tab, change: Change) -> dict[int, Json]:
    placed = {
        i: entry
        for i, entry in book.metadata.items()
        if entry["location"].get("dimensionRange", {}).get("sheetId") == tab.sheet_id
    }
    if not placed:
        return book.metadata
    after = dict(book.metadata)
    for i, entry in placed.items():
        location = shifts.metadata_location(change, entry["location"])
        if location is None:
            del after[i]
        else:
            after[i] = entry | {"location": location}
    return after
