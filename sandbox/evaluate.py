"""The formulas of a book: what they come to, and what editing does to them.

Results are worked out when they are read, and kept with the tab they belong to for as long as no tab that its
formulas read has changed; so thousands of look-ups over another tab cost nothing while that tab stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.a1 import A1Range
from sandbox.book import Book, Tab
from sandbox.cell_errors import Error
from sandbox.formula_changes import Change as FormulaChange
from sandbox.formula_changes import Deletion, Home, Insertion, Move
from sandbox.formula_order import Order
from sandbox.formulas import Formula, MatchIndex, Scalar, parse
from sandbox.grid import CHUNK, Chunk, Grid
from sandbox.ranges import Area
from sandbox.shifts import Change, Shift

# Formulas that are alike from where they stand are one object; more kinds than this are not shared.
MOST_KINDS = 50_000
_kinds: dict[Any, Formula] = {}


def formula(text: str, row: int, column: int) -> Formula:
    """The formula that a text is in a cell."""
    parsed = parse(text, row, column)
    if len(_kinds) > MOST_KINDS:
        _kinds.clear()
    return _kinds.setdefault((parsed.references, parsed.pieces), parsed)


def is_formula(value: Any) -> bool:
    return type(value) is Formula


def text_of(value: Any, row: int, column: int) -> str:
    """The source of a formula as it reads in a cell."""
    text: str = value.text(row, column)
    return text


def result(book: Book, tab: Tab, row: int, column: int) -> Scalar:
    """What a cell comes to; a formula is evaluated."""
    value = tab.values.cell(row, column)
    return _outcome(book, tab, value, row, column) if type(value) is Formula else value


def _outcome(book: Book, tab: Tab, value: Formula, row: int, column: int) -> Scalar:
    known = _results(book, tab)
    key = (row, column)
    return known[key] if key in known else _cells(book).order.outcome(tab.title, row, column)


def _results(book: Book, tab: Tab) -> dict[tuple[int, int], Scalar]:
    """The results known for this version of the tab, emptied when anything that they rest on has changed."""
    cells = _cells(book)
    if tab.sheet_id not in cells.checked:
        world = _world(book, tab)
        # Tabs are equal only to themselves, so that this compares versions and not cells.
        if tab.found.get("world") != world:
            tab.found["world"], tab.found["results"] = world, {}
        cells.checked[tab.sheet_id] = tab.found["results"]
    return cells.checked[tab.sheet_id]


def _world(book: Book, tab: Tab) -> tuple[Any, ...]:
    """All that the formulas of a tab can see, directly or through other formulas."""
    seen, waiting = {tab.sheet_id: tab}, [tab]
    while waiting:
        for title in reads(waiting.pop()):
            other = book.titled(title)
            if other is not None and other.sheet_id not in seen:
                seen[other.sheet_id] = other
                waiting.append(other)
    # A named range can lead anywhere, and a title that no tab bears may be borne by one later.
    everything = book.tabs if book.named_ranges else ()
    return (book.named_ranges, tuple(t.title for t in book.tabs), *everything, *seen.values())


def reads(tab: Tab) -> frozenset[str]:
    """The titles of the other tabs that the formulas of a tab name."""
    if "reads" not in tab.found:
        found: set[str] = set()
        for _, value in live_cells(tab.values):
            found.update(title for title in value.reads() if title is not None)
        tab.found["reads"] = frozenset(found)
    known: frozenset[str] = tab.found["reads"]
    return known


def live_cells(grid: Grid) -> Iterator[tuple[tuple[int, int], Formula]]:
    """Every formula of a grid with its place."""
    for at, chunk in enumerate(grid.chunks):
        for within, column, value in live_in(chunk):
            yield (at * CHUNK + within, column), value


def live_in(chunk: Chunk) -> tuple[tuple[int, int, Formula], ...]:
    """The formulas of a chunk, found once for as long as it lives."""
    if chunk.live is None:
        chunk.live = tuple(
            (within, column, value)
            for within, row in enumerate(chunk.rows)
            if Formula in map(type, row)
            for column, value in enumerate(row)
            if type(value) is Formula
        )
    return chunk.live


def _cells(book: Book) -> BookCells:
    if "cells" not in book.found:
        book.found["cells"] = BookCells(book)
    found: BookCells = book.found["cells"]
    return found


class BookCells:
    """What formulas read of one version of a book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._columns: dict[tuple[int, int], Any] = {}
        self._tabs: dict[str, Tab | None] = {}
        self.checked: dict[int, dict[tuple[int, int], Scalar]] = {}
        self.order = Order(self._work_out, self._known)

    def _work_out(self, sheet: str, row: int, col: int) -> Scalar:
        tab = self._tab(sheet)
        assert tab is not None
        found: Formula = tab.values.cell(row, col)
        return found.evaluate(self, tab.title, row, col)

    def _known(self, sheet: str) -> dict[tuple[int, int], Scalar]:
        tab = self._tab(sheet)
        assert tab is not None
        return _results(self._book, tab)

    def _tab(self, sheet: str) -> Tab | None:
        if sheet not in self._tabs:
            self._tabs[sheet] = self._book.titled(sheet)
        return self._tabs[sheet]

    def value(self, sheet: str, row: int, col: int) -> Scalar:
        tab = self._tab(sheet)
        return None if tab is None else result(self._book, tab, row, col)

    def column(self, sheet: str, col: int, start_row: int, end_row: int) -> Sequence[Scalar]:
        values: Sequence[Scalar] = self._column(sheet, col)[0]
        return values if start_row == 0 and end_row >= len(values) else values[start_row:end_row]

    def match(
        self, sheet: str, col: int, start_row: int, end_row: int, needle: str | float | bool
    ) -> int | None:
        known = self._column(sheet, col)
        if known[1] is None:
            known[1] = MatchIndex(known[0])
        found: int | None = known[1].find(needle, start_row, end_row)
        return found

    def _column(self, sheet: str, col: int) -> list[Any]:
        """The values of a whole column, and its index once one was wanted."""
        tab = self._tab(sheet)
        if tab is None:
            return [(), None]
        plain = col not in _live_columns(tab)
        kept: dict[tuple[int, int], Any] = tab.found.setdefault("columns", {}) if plain else self._columns
        key = (tab.sheet_id, col)
        if key not in kept:
            values = [row[col] if col < len(row) else None for row in tab.values.rows()]
            if not plain:
                values = [result(self._book, tab, row, col) for row in range(len(values))]
            kept[key] = [values, None]
        known: list[Any] = kept[key]
        return known

    def size(self, sheet: str) -> tuple[int, int] | None:
        tab = self._tab(sheet)
        return None if tab is None else (tab.rows, tab.columns)

    def named_range(self, name: str) -> A1Range | None:
        named = next((n for n in self._book.named_ranges if n["name"].casefold() == name.casefold()), None)
        if named is None:
            return None
        range = named["range"]
        tab = self._book.tab(range.get("sheetId", 0))
        sides = ("startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")
        return A1Range(tab.title, *(range.get(side) for side in sides)) if tab else None

    def now(self) -> datetime:
        try:
            zone = ZoneInfo(self._book.properties.get("timeZone", "Etc/GMT"))
        except (KeyError, ValueError, OSError):
            return datetime.now(UTC)
        return datetime.now(zone)


def _live_columns(tab: Tab) -> frozenset[int]:
    if "live" not in tab.found:
        tab.found["live"] = frozenset(column for (_, column), _ in live_cells(tab.values))
    known: frozenset[int] = tab.found["live"]
    return known


def results_of(book: Book, area: Area, block: list[list[Any]]) -> list[list[Any]]:
    """A block of cells with its formulas replaced by what they come to."""

    def plain(value: Any, row: int, column: int) -> Any:
        if type(value) is not Formula:
            return value
        outcome = _outcome(book, area.tab, value, row, column)
        return str(outcome) if isinstance(outcome, Error) else outcome

    return [
        [plain(value, area.top + n, area.left + m) for m, value in enumerate(row)]
        for n, row in enumerate(block)
    ]


def shifted(book: Book, title: str, change: Change) -> Book:
    """The book with its formulas as they must be once rows or columns of a tab have moved.

    To be called before the cells themselves move: each formula is still where it stood.
    """
    told = _told(title, change)

    def follow(tab: Tab, row: int, column: int, value: Formula) -> Formula:
        home = Home(tab.title, row, column)
        return value.shifted(told, home)

    return _reformed(book, lambda tab: tab.title == title or title.casefold() in _folded(reads(tab)), follow)


def _folded(titles: frozenset[str]) -> set[str]:
    return {title.casefold() for title in titles}


def _told(title: str, change: Change) -> FormulaChange:
    rows: Any = change.dimension
    if not isinstance(change, Shift):
        return Move(title, rows, change.start, change.end - change.start, change.to)
    if change.count > 0:
        return Insertion(title, rows, change.at, change.count)
    return Deletion(title, rows, change.at, -change.count)


def tab_renamed(book: Book, old: str, new: str) -> Book:
    return _reformed(
        book, lambda tab: old.casefold() in _folded(reads(tab)), lambda t, r, c, v: v.renamed(old, new)
    )


def tab_deleted(book: Book, title: str) -> Book:
    return _reformed(
        book, lambda tab: title.casefold() in _folded(reads(tab)), lambda t, r, c, v: v.without(title)
    )


def _reformed(
    book: Book, concerns: Callable[[Tab], bool], change: Callable[[Tab, int, int, Formula], Formula]
) -> Book:
    for tab in book.tabs:
        if not concerns(tab):
            continue
        changes: dict[int, dict[int, Any]] = {}
        for (row, column), value in live_cells(tab.values):
            new = change(tab, row, column, value)
            if new is not value:
                changes.setdefault(row, {})[column] = _kinds.setdefault((new.references, new.pieces), new)
        if changes:
            book = book.with_tab(replace(tab, values=tab.values.with_cells(changes)))
    return book
