"""In which order formulas are worked out: whatever a cell reads comes first, and a circle is an error."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.cell_errors import CIRCULAR, unreadable
from sandbox.formula_values import Scalar

Cell = tuple[str, int, int]
Results = dict[tuple[int, int], Scalar]

# Cells that wait for each other beyond this depth wait in a list instead of on Python's stack.
_DEEPEST = 12


class Order:
    """Works formula cells out when they are asked for, each once, however long the chain behind it.

    `evaluate` gives the value of a formula cell and asks here for every formula cell that it reads;
    `results` gives what is known of a sheet already, and is where new results are put.
    """

    def __init__(
        self, evaluate: Callable[[str, int, int], Scalar], results: Callable[[str], Results]
    ) -> None:
        self._evaluate = evaluate
        self._results = results
        self._underway: list[Cell] = []
        self._circular: set[Cell] = set()

    def outcome(self, sheet: str, row: int, col: int) -> Scalar:
        """The value of a formula cell; #REF! for every cell of a circle. One spelling for each title."""
        known = self._results(sheet)
        if (row, col) in known:
            return known[row, col]
        if self._underway:
            return self._nested((sheet, row, col))
        return self._from_the_bottom((sheet, row, col))

    def _from_the_bottom(self, wanted: Cell) -> Scalar:
        """Works a cell out; what lies too deep below it is worked out first, from its own bottom."""
        waiting = [wanted]
        while waiting:
            try:
                value = self._nested(waiting[-1])
            except _TooDeep as deeper:
                if deeper.cell in waiting:
                    self._settle_circle(waiting[waiting.index(deeper.cell) :])
                else:
                    waiting.append(deeper.cell)
            else:
                waiting.pop()
        return value

    def _settle_circle(self, cells: list[Cell]) -> None:
        for sheet, row, col in cells:
            self._results(sheet)[row, col] = CIRCULAR

    def _nested(self, cell: Cell) -> Scalar:
        sheet, row, col = cell
        known = self._results(sheet)
        if (row, col) in known:
            return known[row, col]
        if cell in self._underway:
            # Every cell of the circle shows the error, even one that would catch it with IFERROR.
            self._circular.update(self._underway[self._underway.index(cell) :])
            return CIRCULAR
        if len(self._underway) >= _DEEPEST:
            raise _TooDeep(cell)
        value = self._evaluated(cell)
        known[row, col] = CIRCULAR if cell in self._circular else value
        return known[row, col]

    def _evaluated(self, cell: Cell) -> Scalar:
        self._underway.append(cell)
        try:
            return self._evaluate(*cell)
        except RecursionError:
            if len(self._underway) > 1:
                raise _TooDeep(cell) from None
            return unreadable("The formula is too deeply nested.")
        finally:
            self._underway.pop()


class _TooDeep(Exception):
    """A cell that has to be worked out before the ones that wait for it."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self.cell = cell
