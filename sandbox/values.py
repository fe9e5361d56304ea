"""spreadsheets.values, reading: the values of a range, as they are to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from sandbox import evaluate, formats, standing
from sandbox.book import Book, Json, Tab
from sandbox.cell_errors import Error
from sandbox.grid import EMPTY_ROW, Row
from sandbox.ranges import Area, area_to_read

RENDERINGS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are to be shown."""

    rendering: str = "FORMATTED_VALUE"
    columns_first: bool = False
    dates_as_text: bool = False

    @staticmethod
    def of(query: Json) -> Reading:
        """As the parameters of a read ask for."""
        rendering, times = query.get("valueRenderOption", RENDERINGS[0]), query.get("dateTimeRenderOption")
        return Reading(rendering, query.get("majorDimension") == "COLUMNS", times == "FORMATTED_STRING")

    @staticmethod
    def of_answer(query: Json) -> Reading:
        """As a write asks for what it shows of its own outcome."""
        rendering = query.get("responseValueRenderOption", RENDERINGS[0])
        times = query.get("responseDateTimeRenderOption")
        return Reading(rendering, dates_as_text=times == "FORMATTED_STRING")


def get(book: Book, text: str, reading: Reading) -> Json:
    """A ValueRange: trailing empty rows and cells are left out, and `values` where nothing is left."""
    return value_range(book, area_to_read(book, text), reading)


def value_range(book: Book, area: Area, reading: Reading) -> Json:
    rows = _shown(book, area, reading)
    if reading.columns_first:
        rows = _transposed(rows)
    shown: Json = {"range": area.a1, "majorDimension": "COLUMNS" if reading.columns_first else "ROWS"}
    return shown | {"values": rows} if rows else shown


def _shown(book: Book, area: Area, reading: Reading) -> list[list[Any]]:
    view = _View(book, area.tab, reading)
    rows = []
    dressed = _with_dress(area.tab, area.top, area.bottom)
    for n, (cells, dress) in enumerate(dressed, area.top):
        part = cells[area.left : area.right]
        # Most cells are texts that show as they are: they must not cost a call each.
        as_is = str if view.shows_texts_as_they_are(dress) else None
        shown = [
            "" if value is None else value if type(value) is as_is else view.show(n, m, value, dress)
            for m, value in enumerate(part, area.left)
        ]
        while shown and shown[-1] == "":
            shown.pop()
        rows.append(shown)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _with_dress(tab: Tab, top: int, bottom: int) -> Iterator[tuple[Row, Row]]:
    """The rows that hold values, each with what its cells wear."""
    return zip(
        tab.values.rows(top, bottom), chain(tab.dress.rows(top, bottom), repeat(EMPTY_ROW)), strict=False
    )


class _View:
    """How the cells of a tab are shown to one reading."""

    def __init__(self, book: Book, tab: Tab, reading: Reading) -> None:
        self._book = book
        self._tab = tab
        self._reading = reading
        self._plain: dict[int, bool] = {}

    def shows_texts_as_they_are(self, dress: Row) -> bool:
        """Whether no cell of a row with this dress has a format that changes texts."""
        if id(dress) not in self._plain:
            patterns = (formats.pattern_of(evaluate.own_format(worn)) for worn in dress)
            self._plain[id(dress)] = all("@" not in pattern or pattern == "@" for pattern in patterns)
        return self._plain[id(dress)]

    def show(self, row: int, column: int, value: Any, dress: Row) -> Any:
        number_format = evaluate.own_format(dress[column] if column < len(dress) else None)
        if standing.is_formula(value):
            if self._reading.rendering == "FORMULA":
                return standing.text_of(value, row, column)
            value = evaluate.result(self._book, self._tab, row, column)
            if isinstance(value, float):  # only numbers take on a format, and it is dear to find out
                number_format = evaluate.number_format(self._book, self._tab, row, column)
        return shown_value(value, number_format, self._reading)


def shown_value(value: Any, number_format: Json | None, reading: Reading) -> Any:
    """One value as the reading wants it."""
    if value is None:
        return ""
    if reading.rendering == "FORMATTED_VALUE":
        return formats.render(value, number_format)
    if isinstance(value, float):
        if reading.dates_as_text and formats.is_date_format(number_format):
            return formats.render(value, number_format)
        return plain_number(value)
    return value.unformatted if isinstance(value, Error) else value


def plain_number(value: float) -> int | float:
    """The number as JSON shows it: whole numbers without a point."""
    return int(value) if value.is_integer() and abs(value) < 2**63 else value


def _transposed(rows: list[list[Any]]) -> list[list[Any]]:
    width = max((len(row) for row in rows), default=0)
    columns = [[row[n] if n < len(row) else "" for row in rows] for n in range(width)]
    for column in columns:
        while column and column[-1] == "":
            column.pop()
    return columns
