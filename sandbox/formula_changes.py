"""Edits that move rows or columns of a sheet, as references inside formulas follow them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Dimension = Literal["ROWS", "COLUMNS"]


class Home(NamedTuple):
    """The cell that a formula stands in."""

    sheet: str
    row: int
    col: int

    def along(self, dimension: Dimension) -> int:
        """Its row, or its column."""
        return self.row if dimension == "ROWS" else self.col

    def moved_to(self, dimension: Dimension, index: int) -> Home:
        """The same cell at another row, or another column."""
        return self._replace(row=index) if dimension == "ROWS" else self._replace(col=index)


class Change(Protocol):
    """An edit that moves rows or columns of one sheet."""

    @property
    def sheet(self) -> str: ...

    @property
    def dimension(self) -> Dimension: ...

    def index(self, at: int) -> int | None:
        """Where the row or column is afterwards; None when it is gone."""

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """Where the rows or columns from `first` to `last` are afterwards, as references follow them."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """`count` new rows or columns before index `start`."""

    sheet: str
    dimension: Dimension
    start: int
    count: int

    def index(self, at: int) -> int | None:
        return at + self.count if at >= self.start else at

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """A range grows by what is inserted inside it, and not by what is inserted at its edges."""
        return (
            first + self.count if first >= self.start else first,
            last + self.count if last >= self.start else last,
        )


@dataclass(frozen=True, slots=True)
class Deletion:
    """`count` rows or columns are gone, from index `start` on."""

    sheet: str
    dimension: Dimension
    start: int
    count: int

    def index(self, at: int) -> int | None:
        if at < self.start:
            return at
        return at - self.count if at >= self.start + self.count else None

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """A range shrinks to what is left of it."""
        end = self.start + self.count
        if first >= self.start and last < end:
            return None
        new_first = self.start if self.start <= first < end else first - (self.count if first >= end else 0)
        new_last = self.start - 1 if self.start <= last < end else last - (self.count if last >= end else 0)
        return new_first, new_last


@dataclass(frozen=True, slots=True)
class Move:
    """`count` rows or columns from `start` now stand before what was at `destination`."""

    sheet: str
    dimension: Dimension
    start: int
    count: int
    destination: int

    def index(self, at: int) -> int | None:
        end = self.start + self.count
        if self.start <= at < end:
            back = self.count if self.destination > self.start else 0
            return at - self.start + self.destination - back
        if end <= at < self.destination:
            return at - self.count
        return at + self.count if self.destination <= at < self.start else at

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """A range that moved whole follows; one that lost a part keeps what stayed."""
        end = self.start + self.count
        moves_whole = self.start <= first and last < end
        if (
            not moves_whole
            and first <= self.start
            and end <= last + 1
            and first <= self.destination <= last + 1
        ):
            return first, last
        if not moves_whole:
            first = end if self.start <= first < end else first
            last = self.start - 1 if self.start <= last < end else last
        moved = self._surely(first), self._surely(last)
        return min(moved), max(moved)

    def _surely(self, at: int) -> int:
        moved = self.index(at)
        assert moved is not None
        return moved
