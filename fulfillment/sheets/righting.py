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
from fulfillment.sheets.looking import LOOK_MASK, Seen, layout_of
from fulfillment.sheets.tabs import SYSTEM, Codecs

Request = dict[str, object]


def put_right(client: SheetsClient, codecs: Codecs, commit: Commit, places: Mapping[str, Place]) -> None:
    """The commit's rows stand in the columns of today. 1 read, and 1 write where any did not.

    `places` are those the commit was written by.
    """
    titles = [*commit.changes.appended(), SYSTEM]
    seen = Seen.of(client.get([f"'{title}'" for title in titles], LOOK_MASK))
    requests = [*_system(seen, codecs, commit, places[SYSTEM])]
    for name, rows in commit.changes.appended().items():
        requests += _ledger(seen, name, codecs.ledgers[name], rows, places[name].layout)
    if requests:
        client.batch_update(to_bytes({"requests": requests}))


def _ledger(
    seen: Seen, title: str, codec: Codec[Dataclass], rows: Sequence[Dataclass], written: Layout
) -> Iterator[Request]:
    """Requests for the rows of one ledger that stand in the wrong columns."""
    block = seen.block(title)
    now = layout_of(block, codec)
    if now.place == written.place:
        return
    wanted = {_values(written, codec.values(row)): row for row in rows}
    for number, cells in enumerate(block):
        row = wanted.get(_read(written, cells))
        if row is not None:
            yield _rewritten(seen, title, number, now, written, codec.values(row))


def _system(seen: Seen, codecs: Codecs, commit: Commit, place: Place) -> Iterator[Request]:
    now = layout_of(seen.block(SYSTEM), codecs.system)
    rows = seen.block(SYSTEM)[1:2]
    values = codecs.system.values(commit.system)
    if (
        rows
        and now.place != place.layout.place
        and _read(place.layout, rows[0]) == _values(place.layout, values)
    ):
        yield _rewritten(seen, SYSTEM, 1, now, place.layout, values)


def _values(layout: Layout, values: Mapping[str, Scalar]) -> tuple[Scalar, ...]:
    """The row as it was written, blanks as None."""
    return tuple(values[header] if values[header] != "" else None for header in layout.place)


def _read(layout: Layout, cells: Sequence[Scalar]) -> tuple[Scalar, ...]:
    return tuple(cells[place] if place < len(cells) else None for place in layout.place.values())


def _rewritten(
    seen: Seen, title: str, number: int, now: Layout, written: Layout, values: Mapping[str, Scalar]
) -> Request:
    """The row in the columns of today; what stands where it was written by mistake is cleared."""
    cells: list[Cell] = now.cells(values)
    cells += [{} for _ in range(written.width - len(cells))]
    start = {"sheetId": seen.grids[title].sheet_id, "rowIndex": number, "columnIndex": 0}
    return {"updateCells": {"rows": [{"values": cells}], "fields": "userEnteredValue", "start": start}}
