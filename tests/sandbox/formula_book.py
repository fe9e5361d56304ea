"""A workbook as small as formulas need it, for their tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sandbox.a1 import A1Range, parse_range
from sandbox.formula_order import Order, Results
from sandbox.formulas import Error, Formula, MatchIndex, Scalar, parse

NOW = datetime(2024, 2, 29, 12, 30)
ROW, COL = 49, 25  # Z50: out of the way of what the formulas read


class FormulaBook:
    """Sheets of one size, filled by A1 name; satisfies Cells."""

    def __init__(
        self, cells: Mapping[str, Scalar], sheets: Sequence[str] = ("Sheet1",), rows: int = 100
    ) -> None:
        self._size = {title.casefold(): (rows, 26) for title in sheets}
        self._cells: dict[tuple[str, int, int], Scalar | Formula] = {}
        self._results: dict[str, Results] = {}
        self._indexes: dict[tuple[str, int], MatchIndex] = {}
        self._order = Order(self._evaluate, lambda sheet: self._results.setdefault(sheet, {}))
        self.names: dict[str, A1Range] = {}
        for name, content in cells.items():
            self._put(parse_range(name), content)

    def _put(self, place: A1Range, content: Scalar) -> None:
        assert place.start_row is not None
        assert place.start_col is not None
        is_formula = isinstance(content, str) and content.startswith("=")
        held = parse(str(content), place.start_row, place.start_col) if is_formula else content
        self._cells[(place.sheet or "Sheet1").casefold(), place.start_row, place.start_col] = held

    def _evaluate(self, sheet: str, row: int, col: int) -> Scalar:
        formula = self._cells[sheet, row, col]
        assert isinstance(formula, Formula)
        return formula.evaluate(self, sheet, row, col)

    def value(self, sheet: str, row: int, col: int) -> Scalar:
        held = self._cells.get((sheet.casefold(), row, col))
        return self._order.outcome(sheet.casefold(), row, col) if isinstance(held, Formula) else held

    def column(self, sheet: str, col: int, start_row: int, end_row: int) -> Sequence[Scalar]:
        filled = [row + 1 for title, row, at in self._cells if (title, at) == (sheet.casefold(), col)]
        return [self.value(sheet, row, col) for row in range(start_row, min(end_row, max(filled, default=0)))]

    def match(
        self, sheet: str, col: int, start_row: int, end_row: int, needle: str | float | bool
    ) -> int | None:
        key = (sheet.casefold(), col)
        if key not in self._indexes:
            self._indexes[key] = MatchIndex(self.column(sheet, col, 0, self._size[sheet.casefold()][0]))
        return self._indexes[key].find(needle, start_row, end_row)

    def size(self, sheet: str) -> tuple[int, int] | None:
        return self._size.get(sheet.casefold())

    def named_range(self, name: str) -> A1Range | None:
        return self.names.get(name.casefold())

    def now(self) -> datetime:
        return NOW

    def show(self, name: str) -> Scalar:
        """The value of the cell of that name."""
        place = parse_range(name)
        assert place.start_row is not None
        assert place.start_col is not None
        return self.value(place.sheet or "Sheet1", place.start_row, place.start_col)


def value(source: str, book: FormulaBook | None = None) -> Scalar:
    """What the formula comes to in an empty cell of the book."""
    return parse(source, ROW, COL).evaluate(book or FormulaBook({}), "Sheet1", ROW, COL)


def shown(source: str, book: FormulaBook | None = None) -> Scalar:
    """The value, or the code of the error."""
    result = value(source, book)
    return result.code if isinstance(result, Error) else result


def column(letter: str, *values: Scalar) -> dict[str, Scalar]:
    return {f"{letter}{row}": value for row, value in enumerate(values, 1) if value is not None}


def shelf() -> FormulaBook:
    """Products with prices, rising and falling numbers, and an error."""
    skus = column("A", "SKU", "NSTB", "cpt", "EX*1", "0042", "Cpt-2", None, "cpt")
    prices = column("B", "price", 10.0, 20.0, "30", True, 50.0, None, 7.5)
    slopes = column("D", 10.0, 20.0, 30.0) | column("E", 30.0, 20.0, 10.0)
    return FormulaBook(skus | prices | slopes | {"G1": "a", "H1": "b", "I1": "c", "J1": "=1/0"})
