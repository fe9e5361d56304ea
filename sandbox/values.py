"""spreadsheets.values, reading: the values of a range, as they are to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox import evaluate, formats, standing
from sandbox.book import Book, Json, Tab
from sandbox.cell_errors import Error
from sandbox.grid import Row
from sandbox.ranges import Area, area_to_read

RENDERINGS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are to be shown."""

    rendering: str = "FORMATTED_VALUE"
    columns_first: bool = False
    dates_as_text: bool = False

    @staticmethod
    def of(query: Json, prefix: str = "") -> Reading:
        """From the parameters of a request; those of a write begin with `response`."""
        rendering = query.get(f"{prefix}alueRenderOption" if prefix else "valueRenderOption", RENDERINGS[0])
        times = query.get(f"{prefix[:-1]}DateTimeRenderOption" if prefix else "dateTimeRenderOption", "")
        return Reading(rendering, query.get("majorDimension") == "COLUMNS", times == "FORMATTED_STRING")


RESPONSE = "responseV"


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
    tab = area.tab
    rows = []
    for n, cells in enumerate(tab.values.rows(area.top, area.bottom), area.top):
        dress = tab.dress.row(n)
        shown = [
            "" if value is None else _render(book, tab, n, column, value, dress, reading)
            for column, value in enumerate(cells[area.left : area.right], area.left)
        ]
        while shown and shown[-1] == "":
            shown.pop()
        rows.append(shown)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _render(book: Book, tab: Tab, row: int, column: int, value: Any, dress: Row, reading: Reading) -> Any:
    worn = dress[column] if column < len(dress) else None
    if worn is None and type(value) is str:
        return value
    if reading.rendering == "FORMULA" and standing.is_formula(value):
        return standing.text_of(value, row, column)
    result = evaluate.result(book, tab, row, column) if standing.is_formula(value) else value
    return shown_value(result, number_format_of(worn), reading)


def number_format_of(worn: Json | None) -> Json | None:
    found: Json | None = (worn or {}).get("userEnteredFormat", {}).get("numberFormat")
    return found


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
