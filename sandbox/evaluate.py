"""What the formulas of a book come to.

Results are worked out when they are read, and kept with the tab they belong to for as long as no tab that its
formulas read has changed; so thousands of look-ups over another tab cost nothing while that tab stands still.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sandbox.a1 import A1Range
from sandbox.book import Book, Json, Tab
from sandbox.cell_errors import Error
from sandbox.formula_order import Order
from sandbox.formulas import Formula, MatchIndex, Scalar
from sandbox.ranges import Area
from sandbox.standing import is_volatile, live_columns, reads

Results = dict[tuple[int, int], Scalar]


def result(book: Book, tab: Tab, row: int, column: int) -> Scalar:
    """What a cell comes to; a formula is evaluated."""
    value = tab.values.cell(row, column)
    return _outcome(book, tab, row, column) if type(value) is Formula else value


def _outcome(book: Book, tab: Tab, row: int, column: int) -> Scalar:
    cells = _cells(book)
    # Formulas that wait for each other are told by whose turn it is, so that readers take turns.
    with cells.turn:
        known = _kept(cells, book, tab).results
        key = (row, column)
        return known[key] if key in known else cells.order.outcome(tab.title, row, column)


def outcome(book: Book, tab: Tab, formula: Formula, row: int, column: int) -> Scalar:
    """What a formula that stands in no cell (a condition of a rule) comes to, as if it stood in this one."""
    cells = _cells(book)
    with cells.turn:
        return formula.evaluate(cells, tab.title, row, column)


def number_format(book: Book, tab: Tab, row: int, column: int) -> Json | None:
    """The format in which a cell shows its number: its own, or the one that its formula hands on."""
    own = own_format(tab.dress.cell(row, column))
    value = tab.values.cell(row, column)
    if own or type(value) is not Formula:
        return own
    cells = _cells(book)
    with cells.turn:
        known = _kept(cells, book, tab).formats
        if (row, column) not in known:
            known[row, column] = None  # for formulas that go round in a circle
            known[row, column] = value.number_format(cells, tab.title, row, column, cells.format_of)
        return known[row, column]


def own_format(worn: Json | None) -> Json | None:
    """The number format that a cell was given."""
    if worn is None:
        return None
    found: Json | None = worn.get("userEnteredFormat", {}).get("numberFormat")
    return found


def _kept(cells: BookCells, book: Book, tab: Tab) -> Kept:
    """What is known for this version of the tab; nothing when anything that it rests on has changed."""
    if tab.sheet_id not in cells.kept:
        world = _world(book, tab)
        kept: Kept | None = tab.found.get("results")
        # Tabs are equal only to themselves, so that this compares versions and not cells.
        if kept is None or kept.world != world:
            kept = tab.found["results"] = Kept(world, {}, {})
        cells.kept[tab.sheet_id] = kept
    return cells.kept[tab.sheet_id]


class Kept(NamedTuple):
    """Results and formats of formulas, and all that they rest on."""

    world: tuple[Any, ...]
    results: Results
    formats: dict[tuple[int, int], Json | None]


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
    everything: tuple[Any, ...] = book.tabs if book.named_ranges else ()
    if any(map(is_volatile, seen.values())):
        everything += (book,)  # NOW is worked out anew at every change, as autoRecalc says
    return (book.named_ranges, tuple(t.title for t in book.tabs), *everything, *seen.values())


def _cells(book: Book) -> BookCells:
    # Two readers at one time may each make one; either will do, and the results are shared all the same.
    found: BookCells | None = book.found.get("cells")
    if found is None:
        found = book.found["cells"] = BookCells(book)
    return found


class Column:
    """The values of a column, and an index of them once one is wanted."""

    def __init__(self, values: Sequence[Scalar]) -> None:
        self.values = values

    @cached_property
    def index(self) -> MatchIndex:
        return MatchIndex(self.values)


NO_COLUMN = Column(())


class BookCells:
    """What formulas read of one version of a book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._stretches: dict[tuple[int, int, int, int], Column] = {}
        self._tabs: dict[str, Tab | None] = {}
        self.kept: dict[int, Kept] = {}
        self.turn = threading.RLock()
        self.order = Order(self._work_out, self._known)

    def _work_out(self, sheet: str, row: int, col: int) -> Scalar:
        tab = self._tab(sheet)
        assert tab is not None
        found: Formula = tab.values.cell(row, col)
        return found.evaluate(self, tab.title, row, col)

    def _known(self, sheet: str) -> Results:
        tab = self._tab(sheet)
        assert tab is not None
        return _kept(self, self._book, tab).results

    def _tab(self, sheet: str) -> Tab | None:
        if sheet not in self._tabs:
            self._tabs[sheet] = self._book.titled(sheet)
        return self._tabs[sheet]

    def value(self, sheet: str, row: int, col: int) -> Scalar:
        tab = self._tab(sheet)
        return None if tab is None else result(self._book, tab, row, col)

    def format_of(self, sheet: str, row: int, col: int) -> Json | None:
        """The number format of a cell that a formula reads."""
        tab = self._tab(sheet)
        return None if tab is None else number_format(self._book, tab, row, col)

    def column(self, sheet: str, col: int, start_row: int, end_row: int) -> Sequence[Scalar]:
        column, first = self._column(sheet, col, start_row, end_row)
        begin, end = start_row - first, end_row - first
        return column.values if begin == 0 and end >= len(column.values) else column.values[begin:end]

    def match(
        self, sheet: str, col: int, start_row: int, end_row: int, needle: str | float | bool
    ) -> int | None:
        column, first = self._column(sheet, col, start_row, end_row)
        found = column.index.find(needle, start_row - first, end_row - first)
        return None if found is None else found + first

    def _column(self, sheet: str, col: int, start_row: int, end_row: int) -> tuple[Column, int]:
        """Values that hold the stretch, and the row of the first of them.

        A column without formulas is taken whole and kept with the tab. Of one with formulas only the stretch
        is worked out: what asks may stand in the same column.
        """
        tab = self._tab(sheet)
        if tab is None:
            return NO_COLUMN, 0
        if col not in live_columns(tab):
            kept: dict[int, Column] = tab.found.setdefault("columns", {})
            if col not in kept:
                kept[col] = Column([row[col] if col < len(row) else None for row in tab.values.rows()])
            return kept[col], 0
        key = (tab.sheet_id, col, start_row, end_row)
        if key not in self._stretches:
            rows = range(start_row, min(end_row, len(tab.values)))
            self._stretches[key] = Column([result(self._book, tab, row, col) for row in rows])
        return self._stretches[key], start_row

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


def results_of(book: Book, area: Area, block: list[list[Any]]) -> list[list[Any]]:
    """A block of cells with its formulas replaced by what they come to."""

    def plain(value: Any, row: int, column: int) -> Any:
        if type(value) is not Formula:
            return value
        outcome = _outcome(book, area.tab, row, column)
        return str(outcome) if isinstance(outcome, Error) else outcome

    return [
        [plain(value, area.top + n, area.left + m) for m, value in enumerate(row)]
        for n, row in enumerate(block)
    ]
