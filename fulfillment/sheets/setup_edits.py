"""What is not as it should be, in a sentence, and the requests of a batchUpdate that put it right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fulfillment.sheets.codec import Cell

Request = dict[str, object]
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that is not as it should be. Without requests it is for a person to decide."""

    sentence: str
    """Blank where another drift's sentence covers it."""
    requests: tuple[Request, ...] = ()
    breaks: str = ""
    """The tab that does not serve its purpose so; blank where it only looks otherwise."""
    is_refreshed: bool = False
    """Does a refresh put it right as well?"""


def silent(drift: Drift) -> Drift:
    """The same requests, as a part of what was said before."""
    return replace(drift, sentence="")


def area(
    sheet_id: int, *, row: int = 0, end_row: int | None = None, column: int = 0, end_column: int | None = None
) -> Request:
    """A GridRange; a side that is not named stays open, so that it reaches to wherever the tab ends."""
    sides = {
        "startRowIndex": row or None,
        "endRowIndex": end_row,
        "startColumnIndex": column or None,
        "endColumnIndex": end_column,
    }
    return {"sheetId": sheet_id, **{name: side for name, side in sides.items() if side is not None}}


def below_header(sheet_id: int, column: int) -> Request:
    """A column without its header."""
    return area(sheet_id, row=1, column=column, end_column=column + 1)


def write_cells(
    sheet_id: int,
    row: int,
    column: int,
    rows: Iterable[Sequence[Cell]],
    *,
    fields: str = "userEnteredValue",
) -> Request:
    """Rows of CellData from a corner on; only these parts of the cells change."""
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    data = [{"values": list(cells)} for cells in rows]
    return {"updateCells": {"rows": data, "fields": fields, "start": start}}


def repeat_cell(range: Json, cell: Json, fields: str) -> Request:
    """One cell all over an area."""
    return {"repeatCell": {"range": range, "cell": cell, "fields": fields}}


def update_sheet(sheet_id: int, fields: str, **properties: object) -> Request:
    """Properties of a tab."""
    return {"updateSheetProperties": {"properties": {"sheetId": sheet_id, **properties}, "fields": fields}}


def color(red: int, green: int, blue: int) -> dict[str, float]:
    """A colour of 0 to 255 a part, as Google has it."""
    return {"red": red / 255, "green": green / 255, "blue": blue / 255}
