"""Cells as formulas read them, worked out on demand from what the cells of a workbook hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sandbox.a1 import A1Range
from sandbox.cell_errors import CIRCULAR, unreadable
from sandbox.formula_values import MatchIndex, Scalar
from sandbox.formulas import Formula

# Cells that wait for each other beyond this depth wait in a list instead of on Python's stack.
_DEEPEST = 12

Cell = tuple[str, int, int]


class Contents(Protocol):
    """What a workbook holds at one moment. Titles are matched whatever their case; indexes are 0-based."""

    def content(self, sheet: str, row: int, col: int) -> Scalar | Formula:
        """The value or the formula of a cell; None when it is empty or outside the grid."""

    def contents(self, sheet: str, col: int, start_row: int, end_row: int) -> Sequence[Scalar | Formula]:
        """The same for part of a column; empty cells at its end may be left out."""

    def size(self, sheet: str) -> tuple[int, int] | None:
        """Rows and columns of the grid; None when there is no such sheet."""

    def named_range(self, name: str) -> A1Range | None:
        """The cells of a named range, with its sheet; None when there is no such name."""

    def now(self) -> datetime:
        """The time that NOW and TODAY show, on the clock of the spreadsheet's time zone."""


class Calculation:
    """The values of a workbook at one moment: each formula is worked out once, when it is first asked for.

    Satisfies Cells. Good for as long as the contents stay as they are; after a change, make a new one.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._known: dict[Cell, Scalar] = {}
        self._indexes: dict[tuple[str, int], MatchIndex] = {}
        self._underway: list[Cell] = []
        self._circular: set[Cell] = set()

    def value(self, sheet: str, row: int, col: int) -> Scalar:
        """The value of a cell; #REF! for every cell of a circle."""
        content = self._contents.content(sheet, row, col)
        return (
            self._worked_out(content, (sheet.casefold(), row, col))
            if isinstance(content, Formula)
            else content
        )

    def column(self, sheet: str, col: int, start_row: int, end_row: int) -> Sequence[Scalar]:
        """The values of part of a column."""
        contents = self._contents.contents(sheet, col, start_row, end_row)
        title = sheet.casefold()
        return [
            self._worked_out(content, (title, row, col)) if isinstance(content, Formula) else content
            for row, content in enumerate(contents, start_row)
        ]

    def match(
        self, sheet: str, col: int, start_row: int, end_row: int, needle: str | float | bool
    ) -> int | None:
        """The first row that holds the needle: one pass over the column, then a dictionary."""
        key = (sheet.casefold(), col)
        index = self._indexes.get(key)
        if index is None:
            size = self.size(sheet)
            index = MatchIndex(self.column(sheet, col, 0, size[0] if size else 0))
            self._indexes[key] = index
        return index.find(needle, start_row, end_row)

    def size(self, sheet: str) -> tuple[int, int] | None:
        """Rows and columns of the grid."""
        return self._contents.size(sheet)

    def named_range(self, name: str) -> A1Range | None:
        """The cells of a named range."""
        return self._contents.named_range(name)

    def now(self) -> datetime:
        """The time that NOW and TODAY show."""
        return self._contents.now()

    def _worked_out(self, formula: Formula, cell: Cell) -> Scalar:
        if cell in self._known:
            return self._known[cell]
        if self._underway:
            return self._nested(formula, cell)
        return self._from_the_bottom(cell)

    def _from_the_bottom(self, wanted: Cell) -> Scalar:
        """Works a cell out; what lies too deep below it is worked out first, from its own bottom."""
        waiting = [wanted]
        while waiting:
            content = self._contents.content(*waiting[-1])
            assert isinstance(content, Formula)
            try:
                self._nested(content, waiting[-1])
            except _TooDeep as deeper:
                if deeper.cell in waiting:
                    self._known.update(dict.fromkeys(waiting[waiting.index(deeper.cell) :], CIRCULAR))
                else:
                    waiting.append(deeper.cell)
            else:
                waiting.pop()
        return self._known[wanted]

    def _nested(self, formula: Formula, cell: Cell) -> Scalar:
        if cell in self._known:
            return self._known[cell]
        if cell in self._underway:
            # Every cell of the circle shows the error, even one that would catch it with IFERROR.
            self._circular.update(self._underway[self._underway.index(cell) :])
            return CIRCULAR
        if len(self._underway) >= _DEEPEST:
            raise _TooDeep(cell)
        self._underway.append(cell)
        try:
            value = self._evaluated(formula, cell)
        finally:
            self._underway.pop()
        self._known[cell] = CIRCULAR if cell in self._circular else value
        return self._known[cell]

    def _evaluated(self, formula: Formula, cell: Cell) -> Scalar:
        try:
            return formula.evaluate(self, *cell)
        except RecursionError:
            if len(self._underway) > 1:
                raise _TooDeep(cell) from None
            return unreadable("The formula is too deeply nested.")


class _TooDeep(Exception):
    """A cell that has to be worked out before the ones that wait for it."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self.cell = cell
