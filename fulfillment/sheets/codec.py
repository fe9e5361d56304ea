"""Rows to cells and back: columns are found by their header, values keep their type and every character."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import zip_longest
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from fulfillment.errors import NotSetUp
from fulfillment.sheets.retyped import recognized, spots
from fulfillment.sheets.schema import ColumnType, Tab

Scalar = str | int | float | bool | None
"""What a cell holds, as the API's UNFORMATTED_VALUE gives it."""

Cell = dict[str, object]
"""CellData of the Sheets API."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a tab's columns stand now, by its header row."""

    tab: Tab
    place: Mapping[str, int]
    """header -> 0-based column."""
    header_row: tuple[str, ...]

    @classmethod
    def of(cls, tab: Tab, header_row: Iterable[Scalar], notes: Sequence[str] = ()) -> Layout:
        """By the texts of the first row, and its notes where they were read: see `retyped.py`.

        Raises NotSetUp with the columns that are missing or stand twice.
        """
        found = header_of(header_row)
        place = {header: found.index(header) for header in tab.headers if header in found}
        if len(place) < len(tab.headers):
            place |= recognized(tab, place, found, notes)
        if len(place) < len(tab.headers) or any(found.count(header) > 1 for header in tab.headers):
            raise NotSetUp(" ".join(filter(None, _wrong(tab, place, found))))
        return cls(tab, {header: place[header] for header in tab.headers}, found)

    @property
    def retyped(self) -> dict[str, int]:
        """header -> column, of those of ours that a person has typed over."""
        texts = dict(enumerate(self.header_row))
        return {header: column for header, column in self.place.items() if texts.get(column) != header}

    @property
    def width(self) -> int:
        """Columns from the first to the last one of ours."""
        return max(self.place.values()) + 1

    def cells(self, row: Mapping[str, Scalar]) -> list[Cell]:
        """A whole row; columns that are not ours stay blank."""
        cells: list[Cell] = [{} for _ in range(self.width)]
        for header, column in self.place.items():
            cells[column] = to_cell(row.get(header))
        return cells

    def runs(self, headers: Iterable[str] | None = None) -> Iterator[tuple[int, list[str]]]:
        """(first column, headers) of neighbouring columns of ours, so that nobody else's are written."""
        ours = sorted((self.place[header], header) for header in (headers or self.tab.headers))
        run: list[tuple[int, str]] = []
        for column, header in ours:
            if run and column != run[-1][0] + 1:
                yield run[0][0], [name for _, name in run]
                run = []
            run.append((column, header))
        yield run[0][0], [name for _, name in run]


def _wrong(tab: Tab, place: Mapping[str, int], found: Sequence[str]) -> Iterator[str]:
    """What is wrong with a header row, and what to do; it is not quoted, for it may be a row of data."""
    wrong = [f"has no column `{header}`" for header in tab.headers if header not in place]
    wrong += [f"has the column `{header}` twice" for header in tab.headers if found.count(header) > 1]
    yield f"The tab `{tab.title}` {' and '.join(wrong)}."
    if place:
        stood = dict(spots(tab, place, len(found)))
        cells = [f"`{header}` into {column_letters(column)}1" for header, column in stood.items()]
        yield f"Where only the header was typed over, type {' and '.join(cells)}." if cells else ""
    yield "Bring the header row back with undo (Ctrl+Z), or run `python -m fulfillment setup`."


def column_letters(column: int) -> str:
    """`A` for 0, `AA` for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def header_of(header_row: Iterable[Scalar]) -> tuple[str, ...]:
    """The headers of a tab's first row, trimmed, without the blanks behind the last one."""
    found = tuple(to_text(value).strip() for value in header_row)
    while found and not found[-1]:
        found = found[:-1]
    return found


def to_cell(value: Scalar) -> Cell:
    """A value as the API takes it: text is never evaluated, a blank is an empty cell."""
    if value is None or value == "":
        return {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, str):
        return {"userEnteredValue": {"stringValue": value}}
    return {"userEnteredValue": {"numberValue": value}}


def from_cell(cell: Mapping[str, Any]) -> Scalar:
    """What a CellData shows, formulas evaluated; an error value shows as its text."""
    value = cell.get("effectiveValue") or {}
    for kind in ("stringValue", "numberValue", "boolValue"):
        if kind in value:
            scalar: Scalar = value[kind]
            return scalar
    return f"#{value['errorValue'].get('type', 'ERROR')}" if "errorValue" in value else None


def to_text(value: Scalar) -> str:
    """The text of a cell; a number that a person retyped keeps its digits and gets no decimal point."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(int(value)) if value == int(value) else repr(value)


def to_integer(value: Scalar) -> int:
    """Raises ValueError where the cell holds no whole number."""
    number = float(value) if isinstance(value, str) else value
    if number is None or isinstance(number, bool) or number != int(number):
        raise ValueError(f"{value!r} is no whole number")
    return int(number)


def to_integer_or_none(value: Scalar) -> int | None:
    return None if value is None or value == "" else to_integer(value)


def to_boolean(value: Scalar) -> bool:
    return value if isinstance(value, bool) else to_text(value).upper() != "FALSE"


def to_time(value: Scalar) -> str:
    """The text of a time with its offset. Raises ValueError where the cell holds none."""
    text = to_text(value)
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    return text


def to_time_or_blank(value: Scalar) -> str:
    return to_time(value) if to_text(value) else ""


_READERS: dict[ColumnType, Callable[[Scalar], object]] = {
    "text": to_text,
    "integer": to_integer,
    "boolean": to_boolean,
}


_AS_IT_IS: dict[Callable[[Scalar], object], set[type]] = {
    to_text: {str},
    to_integer: {int},
    to_boolean: {bool},
}
"""reader -> the type of cells that it does not change."""

ROWS_AT_ONCE = 2_000
"""Rows read together: few enough to stay near the processor."""


class Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


T = TypeVar("T", bound=Dataclass)


class Codec(Generic[T]):
    """Rows of one tab as dataclasses whose fields are named like its headers, and back."""

    def __init__(self, made: type[T], tab: Tab, *, named: Mapping[str, str] | None = None) -> None:
        """`named`: header -> field where they differ."""
        self.made, self.tab = made, tab
        self.field_of = {header: (named or {}).get(header, header) for header in tab.headers}
        readers = {
            self.field_of[column.header]: _reader(tab, column.header, column.type) for column in tab.columns
        }
        header_of = {field: header for header, field in self.field_of.items()}
        self._readers = [(header_of[f.name], readers[f.name]) for f in fields(made)]

    def reader(self, layout: Layout) -> Callable[[Sequence[Scalar]], T]:
        """Reads rows of this layout; short rows end in blanks. Raises ValueError for one that cannot be."""
        places = [(layout.place[header], read) for header, read in self._readers]
        made, width = self.made, layout.width

        def read_row(cells: Sequence[Scalar]) -> T:
            if len(cells) < width:
                cells = [*cells, *[None] * (width - len(cells))]
            return made(*[read(cells[place]) for place, read in places])

        return read_row

    def read_all(self, layout: Layout, rows: Sequence[Sequence[Scalar]]) -> Iterator[T]:
        """All of these rows, column by column, which takes half the time of one by one.

        Raises ValueError where one of them cannot be read, without saying which.
        """
        readers = [(layout.place[header], read) for header, read in self._readers]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            columns = list(zip_longest(*some))
            columns += [(None,) * len(some)] * (layout.width - len(columns))
            yield from map(self.made, *[_read_column(columns[place], read) for place, read in readers])

    def values(self, row: T) -> dict[str, Scalar]:
        """header -> value."""
        return {header: getattr(row, field) for header, field in self.field_of.items()}


def _read_column(column: Sequence[Scalar], read: Callable[[Scalar], object]) -> Sequence[object]:
    """The column's values; the same column where the reader would change none of them."""
    if _AS_IT_IS.get(read) == set(map(type, column)):
        return column
    return [read(cell) for cell in column]


def _reader(tab: Tab, header: str, kind: ColumnType) -> Callable[[Scalar], object]:
    """By the times of the Outbox messages are sent and leave: what is none there must not stop the others."""
    if tab.title == "Outbox" and header in ("at", "due_at"):
        return to_time if header == "at" else to_time_or_blank
    return to_integer_or_none if header == "available" and kind == "integer" else _READERS[kind]
