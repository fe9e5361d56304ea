"""References inside formulas, kept relative to the cell they stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from sandbox.a1 import column_index, column_letters, quote_sheet
from sandbox.formula_changes import Change, Home


class Rectangle(NamedTuple):
    """Where a reference points, 0-based and half-open; None where it is open."""

    start_row: int
    start_col: int
    end_row: int | None
    end_col: int | None


class Edge(NamedTuple):
    """One end of a reference along one dimension: an index (`$`), or an offset from the formula's cell."""

    at: int
    absolute: bool

    def seen_from(self, home: int) -> int:
        """The row or column that it names, seen from `home`."""
        return self.at if self.absolute else home + self.at

    def placed(self, index: int, home: int) -> Edge:
        """The edge of the same kind that names `index` seen from `home`."""
        return Edge(index if self.absolute else index - home, self.absolute)


class Span(NamedTuple):
    """From one edge to another, both included; without an end, to the last row or column there is."""

    first: Edge
    last: Edge | None

    def bounds(self, home: int) -> tuple[int, int | None]:
        """The first index and, unless open, the one after the last."""
        first = self.first.seen_from(home)
        if self.last is None:
            return first, None
        last = self.last.seen_from(home)
        return min(first, last), max(first, last) + 1


@dataclass(frozen=True, slots=True)
class Reference:
    """One cell, a range, or whole rows or columns, as written in a formula.

    `rows` is None for whole columns (`A:C`), `cols` for whole rows (`1:2`). A lost reference is `#REF!`.
    """

    sheet: str | None
    rows: Span | None
    cols: Span | None
    is_range: bool
    is_lost: bool = False

    def rectangle(self, row: int, col: int) -> Rectangle | None:
        """The cells it names, seen from a cell; None when it points outside every sheet or is lost."""
        if self.is_lost:
            return None
        start_row, end_row = self.rows.bounds(row) if self.rows else (0, None)
        start_col, end_col = self.cols.bounds(col) if self.cols else (0, None)
        if start_row < 0 or start_col < 0:
            return None
        return Rectangle(start_row, start_col, end_row, end_col)

    def text(self, row: int, col: int) -> str:
        """The reference as it reads in a cell."""
        if self.rectangle(row, col) is None:
            return "#REF!"
        prefix = "" if self.sheet is None else f"{quote_sheet(self.sheet)}!"
        start = _corner(self.cols and self.cols.first, self.rows and self.rows.first, row, col)
        if not self.is_range:
            return prefix + start
        return (
            f"{prefix}{start}:{_corner(self.cols and self.cols.last, self.rows and self.rows.last, row, col)}"
        )

    def shifted(self, change: Change, home: Home, new_home: Home) -> Reference:
        """The reference that names the same cells after the change, seen from where the formula is then."""
        if self.is_lost or (self.sheet or home.sheet).casefold() != change.sheet.casefold():
            return self._rehomed(home, new_home)
        span = self.rows if change.dimension == "ROWS" else self.cols
        if span is None:
            return self._rehomed(home, new_home)
        moved = _shifted_span(span, change, home.along(change.dimension), new_home.along(change.dimension))
        if moved is None:
            return replace(self, is_lost=True)
        return replace(self, rows=moved) if change.dimension == "ROWS" else replace(self, cols=moved)

    def renamed(self, old: str, new: str) -> Reference:
        """The reference after a sheet got another title."""
        if self.sheet is not None and self.sheet.casefold() == old.casefold():
            return replace(self, sheet=new)
        return self

    def without(self, sheet: str) -> Reference:
        """The reference after a sheet was deleted."""
        if self.sheet is not None and self.sheet.casefold() == sheet.casefold():
            return replace(self, is_lost=True)
        return self

    def _rehomed(self, home: Home, new_home: Home) -> Reference:
        """Names the same cells as before, though the formula itself has moved."""
        if home == new_home:
            return self
        rows = self.rows and _rehomed_span(self.rows, home.row, new_home.row)
        cols = self.cols and _rehomed_span(self.cols, home.col, new_home.col)
        return replace(self, rows=rows, cols=cols)


_CORNER = re.compile(r"(?P<col>\$?[A-Za-z]{1,3})?(?P<row>\$?[1-9][0-9]{0,7})?")


def read_reference(sheet: str | None, start: str, end: str | None, row: int, col: int) -> Reference | None:
    """The reference written as `start` or `start:end` in the cell; None when it bounds nothing (`A:1`)."""
    corners = [_CORNER.fullmatch(text) for text in ((start,) if end is None else (start, end))]
    rows = _span([match["row"] if match else None for match in corners], row, _row_index)
    cols = _span([match["col"] if match else None for match in corners], col, column_index)
    if (rows is None or rows.last is None) and (cols is None or cols.last is None):
        return None
    return Reference(sheet, rows, cols, is_range=end is not None)


class _Reader(Protocol):
    def __call__(self, text: str, /) -> int: ...


def _span(texts: list[str | None], home: int, read: _Reader) -> Span | None:
    edges = [_edge(text, home, read) for text in texts if text is not None]
    if not edges:
        return None
    if len(edges) < len(texts):
        return Span(edges[0], None)
    return Span(edges[0], edges[-1])


def _edge(text: str, home: int, read: _Reader) -> Edge:
    absolute = text.startswith("$")
    return Edge(0, absolute).placed(read(text.lstrip("$")), home)


def _row_index(text: str) -> int:
    return int(text) - 1


def _corner(col: Edge | None, row: Edge | None, home_row: int, home_col: int) -> str:
    letters = "" if col is None else "$" * col.absolute + column_letters(col.seen_from(home_col))
    number = "" if row is None else "$" * row.absolute + str(row.seen_from(home_row) + 1)
    return letters + number


def _rehomed_span(span: Span, home: int, new_home: int) -> Span:
    first = span.first.placed(span.first.seen_from(home), new_home)
    return Span(first, span.last and span.last.placed(span.last.seen_from(home), new_home))


def _shifted_span(span: Span, change: Change, home: int, new_home: int) -> Span | None:
    first, end = span.bounds(home)
    # An open range reaches to the end of the sheet, wherever that is: only its beginning can move.
    moved = change.span(first, _FAR if end is None else end - 1)
    if moved is None:
        return None
    if span.last is None:
        return Span(span.first.placed(moved[0], new_home), None)
    is_reversed = span.first.seen_from(home) > span.last.seen_from(home)
    new_first, new_last = reversed(moved) if is_reversed else moved
    return Span(span.first.placed(new_first, new_home), span.last.placed(new_last, new_home))


_FAR = 1 << 40
