"""Values inside formulas: what one kind turns into where another is wanted, and how two compare."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from sandbox.a1 import A1Range
from sandbox.cell_errors import Error, bad_value
from sandbox.formats import full_precision, parse_user_entered

Scalar = str | float | bool | None | Error


class Cells(Protocol):
    """What formulas read. Sheet titles are matched whatever their case; rows and columns are 0-based."""

    def value(self, sheet: str, row: int, col: int) -> Scalar:
        """The value of one cell; None when it is empty or outside the grid."""

    def column(self, sheet: str, col: int, start_row: int, end_row: int) -> Sequence[Scalar]:
        """The values of a column from `start_row` up to `end_row`; empty cells at the end may be left out."""

    def size(self, sheet: str) -> tuple[int, int] | None:
        """Rows and columns of the grid; None when there is no such sheet."""

    def match(
        self, sheet: str, col: int, start_row: int, end_row: int, needle: str | float | bool
    ) -> int | None:
        """The first row between the two that holds the needle (`match_key`); `MatchIndex` finds it."""

    def named_range(self, name: str) -> A1Range | None:
        """The cells of a named range, with its sheet; None when there is no such name."""

    def now(self) -> datetime:
        """The time that NOW and TODAY show, on the clock of the spreadsheet's time zone."""


@dataclass(frozen=True, slots=True)
class Area:
    """Some cells of one sheet, read only when asked for."""

    cells: Cells
    sheet: str
    top: int
    left: int
    height: int
    width: int

    @property
    def is_cell(self) -> bool:
        """True for exactly one cell."""
        return self.height == 1 and self.width == 1

    def at(self, row: int, col: int) -> Scalar:
        """The value at a place counted from the area's corner."""
        return self.cells.value(self.sheet, self.top + row, self.left + col)

    def part(self, row: int, col: int, height: int, width: int) -> Area:
        """Some cells of the area."""
        return Area(self.cells, self.sheet, self.top + row, self.left + col, height, width)

    def column(self, col: int) -> Sequence[Scalar]:
        """The values of one of its columns; empty cells at the end may be missing."""
        return self.cells.column(self.sheet, self.left + col, self.top, self.top + self.height)

    def filled(self) -> Iterator[Scalar]:
        """The values that are there, row by row."""
        columns = [self.column(col) for col in range(self.width)]
        if len(columns) == 1:
            yield from (value for value in columns[0] if value is not None)
            return
        for row in range(max(map(len, columns), default=0)):
            for column in columns:
                if row < len(column) and column[row] is not None:
                    yield column[row]

    def line(self) -> Sequence[Scalar]:
        """The values of an area that is one row or one column, in order."""
        return self.column(0) if self.width == 1 else [self.at(0, col) for col in range(self.width)]


Operand = Scalar | Area


_LONGEST_NUMBER = 60


@lru_cache(maxsize=4096)
def number_in(text: str) -> float | None:
    """The number that a text would be if it were typed (`1,000`, `5%`, `2020-01-01`); None for other text."""
    # No number is typed at greater length, and long texts would fill the cache.
    value = parse_user_entered(text).value if len(text) <= _LONGEST_NUMBER else None
    return value if isinstance(value, float) else None


def to_number(value: Scalar) -> float | Error:
    """The value as a number: empty is 0, TRUE is 1, text counts when it reads as a number."""
    if isinstance(value, Error):
        return value
    if value is None:
        return 0.0
    if isinstance(value, str):
        number = number_in(value)
        return (
            bad_value(f"'{value}' is a text and cannot be coerced to a number.") if number is None else number
        )
    return float(value)


def to_text(value: Scalar) -> str | Error:
    """The value as `&` shows it."""
    if isinstance(value, Error | str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return full_precision(float(value))


def to_truth(value: Scalar) -> bool | Error:
    """The value as IF takes it: numbers other than 0 are true, and of texts only TRUE and FALSE count."""
    if isinstance(value, Error | bool):
        return value
    if isinstance(value, str):
        truth = {"TRUE": True, "FALSE": False}.get(value.upper())
        return bad_value(f"'{value}' cannot be coerced to a boolean.") if truth is None else truth
    return bool(value)


def compare(left: Scalar, right: Scalar) -> int | Error:
    """Below, equal or above 0, as the sheet orders values: numbers, then text, then FALSE and TRUE.

    Text compares whatever its case; an empty cell equals 0, the empty text and FALSE.
    """
    for value in (left, right):
        if isinstance(value, Error):
            return value
    one, other = _ordered(left, right), _ordered(right, left)
    return (one > other) - (one < other)


def match_key(value: Scalar) -> object:
    """What two values have in common when a look-up finds one by the other; None for what is never found."""
    if value is None or isinstance(value, Error):
        return None
    if isinstance(value, bool):
        return ("bool", value)
    return value.lower() if isinstance(value, str) else float(value)


class MatchIndex:
    """The rows of a column by value, so that a look-up costs the same in a long column as in a short one."""

    def __init__(self, values: Sequence[Scalar]) -> None:
        """Indexes a whole column, from its first row on."""
        self._first: dict[object, int] = {}
        self._again: dict[object, list[int]] = {}  # apart, because most look-up columns hold each value once
        for row, value in enumerate(values):
            if value is not None and self._first.setdefault(match_key(value), row) != row:
                self._again.setdefault(match_key(value), []).append(row)

    def find(self, needle: str | float | bool, start_row: int, end_row: int) -> int | None:
        """The first row between the two that holds the needle."""
        key = match_key(needle)
        first = self._first.get(key)
        if first is None or first >= end_row:
            return None
        if first >= start_row:
            return first
        later = self._again.get(key, [])
        at = bisect_left(later, start_row)
        return later[at] if at < len(later) and later[at] < end_row else None


_WILDCARDS = re.compile(r"[*?~]")


def has_wildcards(text: str) -> bool:
    """True when a look-up reads the text as a pattern."""
    return _WILDCARDS.search(text) is not None


@lru_cache(maxsize=1024)
def wildcard(pattern: str) -> re.Pattern[str]:
    """`*` is any text, `?` any character, and `~` takes the next of them as itself."""
    first, *others = _parts(pattern)
    if not others:
        return re.compile(first, re.IGNORECASE | re.DOTALL)
    *middle, last = others
    # The first place that fits is always right, so a part never gives back what it took (?>): patterns
    # with many stars stay quick in long texts.
    taken = "".join(f"(?>.*?{part})" for part in middle if part)
    return re.compile(f"{first}{taken}.*{last}", re.IGNORECASE | re.DOTALL)


def _parts(pattern: str) -> list[str]:
    """The regular expressions between the stars."""
    parts = [""]
    characters = iter(pattern)
    for character in characters:
        if character == "*":
            parts.append("")
        elif character == "~":
            parts[-1] += re.escape(next(characters, "~"))
        else:
            parts[-1] += "." if character == "?" else re.escape(character)
    return parts


def _ordered(value: Scalar, other: Scalar) -> tuple[int, float | str]:
    if value is None:
        return (1, "") if isinstance(other, str) else (2, 0.0) if isinstance(other, bool) else (0, 0.0)
    if isinstance(value, bool):
        return 2, float(value)
    if isinstance(value, str):
        return 1, value.lower()
    assert not isinstance(value, Error)
    return 0, float(value)
