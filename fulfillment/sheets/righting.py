"""Puts rows right that a commit wrote while somebody moved the columns under it.

A commit writes by position, from the headers last seen; its reply shows the headers as they are. Where they
differ, the rows stand in the spreadsheet with their values in the wrong columns. They are found by these very
values, read in the old columns, and written again in the new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fulfillment.sheets.batches import Commit, Place
from fulfillment.sheets.client import SheetsClient, to_bytes
from fulfillment.sheets.codec import Cell, Codec, Dataclass, Layout, Scalar
from fulfillment.sheets.looking import Rows, layout_of
from fulfillment.sheets.tabs import SYSTEM, Codecs

Request = dict[str, object]


def put_right(
    client: SheetsClient,
    codecs: Codecs,
    commit: Commit,
    places: Mapping[str, Place],
    notes: Mapping[str, Sequence[str]],
) -> None:
    """The commit's rows stand in the columns of today. 1 read, and 1 write where any did not.

    `places` are those the commit was written by, `notes` those of the headers after it.
    """
    titles = [*commit.changes.appended(), SYSTEM]
    # values, not grid data: whole ledgers are read, and as values they take a sixth of the time
    tabs = dict(zip(titles, client.values([f"'{title}'" for title in titles]), strict=True))
    now = layout_of(tabs[SYSTEM], codecs.system, notes.get(SYSTEM, ()))
    requests = [*_system(tabs[SYSTEM], now, codecs, commit, places[SYSTEM])]
    for name, rows in commit.changes.appended().items():
        codec = codecs.ledgers[name]
        now = layout_of(tabs[name], codec, notes.get(name, ()))
        requests += _ledger(tabs[name], now, codec, rows, places[name])
    if requests:
        client.batch_update(to_bytes({"requests": requests}))


def _ledger(
    block: Rows, now: Layout, codec: Codec[Dataclass], rows: Sequence[Dataclass], place: Place
) -> Iterator[Request]:
    """Requests for the rows of one ledger that stand in the wrong columns."""
    written = place.layout
    if now.place == written.place:
        return
    wanted = {_values(written, codec.values(row)): row for row in rows}
    for number, cells in enumerate(block):
        row = wanted.get(_read(written, cells))
        if row is not None:
            yield _rewritten(place, number, now, codec.values(row))


def _system(block: Rows, now: Layout, codecs: Codecs, commit: Commit, place: Place) -> Iterator[Request]:
    written = place.layout
    values, rows = codecs.system.values(commit.system), block[1:2]
    if rows and now.place != written.place and _read(written, rows[0]) == _values(written, values):
        yield _rewritten(place, 1, now, values)


def _values(layout: Layout, values: Mapping[str, Scalar]) -> tuple[Scalar, ...]:
    """The row as it was written, blanks as None."""
    return tuple(values[header] if values[header] != "" else None for header in layout.place)


def _read(layout: Layout, cells: Sequence[Scalar]) -> tuple[Scalar, ...]:
    found = (cells[place] if place < len(cells) else None for place in layout.place.values())
    return tuple(None if value == "" else value for value in found)


def _rewritten(place: Place, number: int, now: Layout, values: Mapping[str, Scalar]) -> Request:
    """The row in the columns of today; what stands where it was written by mistake is cleared."""
    cells: list[Cell] = now.cells(values)
    cells += [{} for _ in range(place.layout.width - len(cells))]
    start = {"sheetId": place.grid.sheet_id, "rowIndex": number, "columnIndex": 0}
    return {"updateCells": {"rows": [{"values": cells}], "fields": "userEnteredValue", "start": start}}
