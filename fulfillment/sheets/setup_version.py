"""The System row that setup writes: the first one, or the one that takes a spreadsheet over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fulfillment.answers import when
from fulfillment.errors import NotOurs, TornRead
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Layout, column_letters, to_cell
from fulfillment.sheets.fence import create_stamp
from fulfillment.sheets.looking import Rows, read_system
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.setup_edits import Drift, Request, write_cells
from fulfillment.sheets.setup_headers import Headers
from fulfillment.sheets.setup_there import Sheet
from fulfillment.sheets.tabs import LIVE_CATALOGUE, SYSTEM, Codecs, SystemRow

TAKE_OVER = (
    "Taken over as it stands, keys of orders that were answered elsewhere or since could be given out again. "
    "If that is what you want, run `python -m fulfillment setup --adopt`."
)

COPIED = (
    "This spreadsheet is a copy, or was restored to an earlier state: orders answered elsewhere or since are "
    "not in it."
)

LOST = "The row of `System`, which says where the books end, is gone, and there are books."


def read_row(schema: Schema, sheet: Sheet, headers: Headers) -> SystemRow | None:
    """The System row; None where it is blank. Raises NotOurs where it cannot be read."""
    cells = [sheet.cell(1, column) for column in range(sheet.columns)]
    if all(cell.is_blank for cell in cells):
        return None
    rows: Rows = [list(headers.row), [cell.value for cell in cells]]
    layout = Layout(schema.tab(SYSTEM), headers.place, tuple(headers.row))
    try:
        return read_system(rows, Codecs(schema), layout)
    except TornRead:
        raise NotOurs(
            "The row of `System` cannot be read: bring it back with undo, or from the version history."
        ) from None


def first_row(schema: Schema, spreadsheet_id: str, now: datetime, commit_id: str) -> SystemRow:
    """Of a workbook without books."""
    return SystemRow(1, commit_id, when(now), 0, 0, 0, 0, 0, schema.version, spreadsheet_id)


def is_as_left(row: SystemRow, spreadsheet_id: str, newest: int) -> bool:
    """Is it this spreadsheet's row, and of the newest version that left a stamp?"""
    return row.spreadsheet_id == spreadsheet_id and newest <= row.version


def taken_over(row: SystemRow, spreadsheet_id: str, newest: int, now: datetime, commit_id: str) -> SystemRow:
    """The row behind all versions that there ever were, so that nobody's old plan fits it."""
    version = max(row.version, newest) + 1
    return replace(
        row, version=version, commit_id=commit_id, committed_at=when(now), spreadsheet_id=spreadsheet_id
    )


def counted(client: SheetsClient, row: SystemRow, headers: dict[str, Headers]) -> SystemRow:
    """The row with the last numbers that the books themselves show. 1 read."""
    fields = {
        "last_import_no": ("Import History", "no"),
        "last_assignment_no": ("Assignments", "no"),
        "last_answer_no": ("Order Cache", "no"),
        "last_message_no": ("Outbox", "no"),
        "catalogue_version": (LIVE_CATALOGUE, "version"),
    }
    there = {
        name: (title, header)
        for name, (title, header) in fields.items()
        if title in headers and header in headers[title].place
    }
    ranges = []
    for title, header in there.values():
        letters = column_letters(headers[title].place[header])
        ranges.append(f"'{title}'!{letters}:{letters}")
    columns = client.values(ranges)
    last = {name: _largest(rows) for name, rows in zip(there, columns, strict=True)}
    return replace(row, **last)  # type: ignore[arg-type]


def _largest(rows: Rows) -> int:
    numbers = [cells[0] for cells in rows[1:] if cells and isinstance(cells[0], (int, float))]
    return int(max(numbers, default=0))


def write_row(schema: Schema, row: SystemRow, sheet: Sheet, headers: Headers, sentence: str) -> Drift:
    """The fence, which is to be the first request of its batch, and the row."""
    values = {name: to_cell(value) for name, value in Codecs(schema).system.values(row).items()}
    cells = [values.get(header, {}) for header in headers.row]
    requests: tuple[Request, ...] = (
        create_stamp(row.version, row.commit_id),
        write_cells(sheet.sheet_id, 1, 0, [cells]),
    )
    return Drift(sentence, requests)
