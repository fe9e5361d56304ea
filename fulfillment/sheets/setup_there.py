"""What a spreadsheet has, as far as setup looks at it: tabs, header rows, formats, guards, rules, charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fulfillment.sheets.client import GOOGLE_TIMEOUT_S, SheetsClient
from fulfillment.sheets.codec import Scalar, from_cell, to_text
from fulfillment.sheets.fence import STAMPS_MASK, read_stamps
from fulfillment.sheets.published import read_records

Json = Mapping[str, Any]

SHAPE_MASK = (
    f"{STAMPS_MASK},properties(timeZone),"
    "sheets(properties(sheetId,title,index,sheetType,hidden,"
    "gridProperties(rowCount,columnCount,frozenRowCount)),"
    "protectedRanges(protectedRangeId,range,description,warningOnly),conditionalFormats,"
    "bandedRanges(bandedRangeId,range),basicFilter,charts(chartId,spec(title)))"
)
"""Asked for without ranges: with some, Google may leave out what does not touch them."""

CELLS_MASK = (
    "sheets(properties(sheetId),data(columnMetadata(pixelSize),rowData(values(userEnteredValue,"
    "effectiveValue,note,dataValidation(condition),userEnteredFormat(numberFormat(type))))))"
)

VALUES_MASK = "sheets(properties(sheetId),data(rowData(values(userEnteredValue,effectiveValue,note))))"
"""The same without what cells look like: of blank ones nothing comes."""

ROWS = 1_000
"""Rows of a new tab; rows that are appended make it grow."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One cell."""

    value: Scalar = None
    formula: str = ""
    note: str = ""
    condition: Json = field(default_factory=dict)
    """What its data validation asks for."""
    is_text: bool = False
    """Is it Plain text?"""

    @classmethod
    def of(cls, cell: Json) -> Seen:
        number_format = cell.get("userEnteredFormat", {}).get("numberFormat", {})
        return cls(
            from_cell(cell),
            cell.get("userEnteredValue", {}).get("formulaValue", ""),
            cell.get("note", ""),
            cell.get("dataValidation", {}).get("condition", {}),
            number_format.get("type") == "TEXT",
        )

    @property
    def is_blank(self) -> bool:
        return self.value in (None, "") and not self.formula


NOTHING = Seen()


@dataclass(slots=True)
class Sheet:
    """A tab as it stands."""

    sheet_id: int
    title: str
    index: int = 0
    hidden: bool = False
    rows: int = ROWS
    columns: int = 1
    frozen_rows: int = 0
    guards: Sequence[Json] = ()
    rules: Sequence[Json] = ()
    bands: Sequence[Json] = ()
    filter: Json | None = None
    charts: Sequence[Json] = ()
    cells: list[list[Seen]] = field(default_factory=list)
    """The rows that were read, from the first one on."""
    widths: list[int] = field(default_factory=list)
    is_whole: bool = False
    """Were all of its rows read, or the first two alone?"""
    is_new: bool = False

    @classmethod
    def of(cls, sheet: Json) -> Sheet:
        properties = sheet["properties"]
        grid = properties.get("gridProperties", {})
        return cls(
            sheet_id=properties.get("sheetId", 0),
            title=properties.get("title", ""),
            index=properties.get("index", 0),
            hidden=properties.get("hidden", False),
            rows=grid.get("rowCount", 0),
            columns=grid.get("columnCount", 0),
            frozen_rows=grid.get("frozenRowCount", 0),
            guards=sheet.get("protectedRanges", []),
            rules=sheet.get("conditionalFormats", []),
            bands=sheet.get("bandedRanges", []),
            filter=sheet.get("basicFilter"),
            charts=sheet.get("charts", []),
        )

    def cell(self, row: int, column: int) -> Seen:
        cells = self.cells[row] if row < len(self.cells) else []
        return cells[column] if column < len(cells) else NOTHING

    @property
    def headers(self) -> list[str]:
        """The trimmed texts of the first row, one for each column of the grid."""
        return [to_text(self.cell(0, column).value).strip() for column in range(self.columns)]

    @property
    def rows_seen(self) -> range:
        """The rows below the header that were read: 0-based."""
        return range(1, self.rows if self.is_whole else min(self.rows, 2))


@dataclass(slots=True)
class There:
    """All of it."""

    stamps: dict[int, str]
    records: dict[int, str]
    """version -> imprint of what it published."""
    time_zone: str
    sheets: list[Sheet]

    def titled(self, title: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.title == title), None)


def read_there(client: SheetsClient, whole: Iterable[str], mask: str) -> There:
    """What the spreadsheet has; the tabs named are read whole, of all others the first two rows. 2 reads."""
    reply = client.get([], SHAPE_MASK)
    grids = [s for s in reply.get("sheets", []) if s["properties"].get("sheetType", "GRID") == "GRID"]
    there = There(
        read_stamps(reply),
        read_records(reply),
        reply.get("properties", {}).get("timeZone", ""),
        [Sheet.of(s) for s in grids],
    )
    read_cells(client, there.sheets, set(whole), mask)
    return there


def read_cells(client: SheetsClient, sheets: Sequence[Sheet], whole: Iterable[str], mask: str) -> None:
    """Reads these tabs' cells. 1 read."""
    for sheet in sheets:
        sheet.is_whole = sheet.title in whole
    ranges = [_range(sheet) for sheet in sheets]
    reply = client.get(ranges, mask, timeout_s=GOOGLE_TIMEOUT_S)  # it may have formulas to work out first
    data = {each["properties"].get("sheetId", 0): each.get("data", [{}])[0] for each in reply["sheets"]}
    for sheet in sheets:
        block = data.get(sheet.sheet_id, {})
        sheet.widths = [each.get("pixelSize", 0) for each in block.get("columnMetadata", [])]
        sheet.cells = [cells_of(row) for row in block.get("rowData", [])]


def cells_of(row: Json) -> list[Seen]:
    """The cells of a RowData."""
    return [Seen.of(cell) for cell in row.get("values", [])]


def _range(sheet: Sheet) -> str:
    title = sheet.title.replace("'", "''")
    return f"'{title}'" if sheet.is_whole else f"'{title}'!1:{min(2, sheet.rows)}"
