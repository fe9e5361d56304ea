"""Texts changed in rows that stand, found by their number whatever a person did to their order.

The batch sorts the ledger by `no` first, as when rows leave it, and its reply shows the last number: where it
is the one expected, every text stands in its row. Else a person deleted or copied rows in the fraction of a
second before; which rows were hit in place of ours is known by the numbers, and they are put back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fulfillment.errors import Damaged
from fulfillment.sheets.batches import Place, Request, rewrite
from fulfillment.sheets.client import SheetsClient, to_bytes
from fulfillment.sheets.codec import Scalar
from fulfillment.sheets.looking import LOOK_MASK, Seen, number_in
from fulfillment.sheets.numbered import NumberedRows
from fulfillment.sheets.removal import remove_rows, row_left
from fulfillment.workbook import LedgerName

ROUNDS = 3
"""Batches at the most, where people delete rows between each read and the batch that rests on it."""

Cells = Mapping[str, Scalar]
"""header -> what stands there."""

Written = Mapping[LedgerName, Mapping[int, Cells]]
"""Ledger -> `no` -> what a batch was to write there."""

Standing = Mapping[LedgerName, Sequence[int]]
"""Every `no` of a ledger, in order."""


def rewritten(place: Place, standing: Sequence[int], rows: Mapping[int, Cells]) -> Iterator[Request]:
    """Requests that sort a ledger by `no`, and write these cells into their rows."""
    yield from remove_rows(place.grid.sheet_id, place.layout.place["no"], standing, ())
    yield from rewrite(place, standing, rows)


def last_rows(standing: Standing) -> list[str]:
    """The ranges that show the last row of each ledger."""
    return [
        f"'{name}'!{row}:{row}" for name, numbers in standing.items() for row, _ in [row_left(numbers, ())]
    ]


def has_moved(seen: Seen, name: LedgerName, place: Place, standing: Sequence[int], *, block: int) -> bool:
    """Is the last row of a ledger another than it must be?"""
    _, number = row_left(standing, ())
    rows, column = seen.block(name, block), place.layout.place["no"]
    shown = rows[0][column] if rows and column < len(rows[0]) else None
    return shown != number


@dataclass(frozen=True, slots=True)
class Mending:
    """What is done where rows were deleted or copied under a batch that wrote texts."""

    client: SheetsClient
    rows: NumberedRows
    version: int
    """Which the batch made: of rows that others changed since, nobody here knows what they say."""
    places: Mapping[LedgerName, Place]
    truth: Callable[[LedgerName, int], Cells | None]
    """What a row says, as far as it may have been written over; None where that is not known."""

    def run(self, written: Written, standing: Standing) -> None:
        """Every text stands in its row, and what was hit instead says again what it said.

        2 calls a round. Raises Damaged where that cannot be done.
        """
        for _ in range(ROUNDS):
            now = self._numbers(written)
            concerned = {name: self._concerned(name, written, standing, now) for name in written}
            written = {name: {no: self._text(name, no) for no in nos} for name, nos in concerned.items()}
            standing = now
            if self._sent(written, standing):
                return
        raise Damaged(_compare(written, "somebody went on deleting rows there"))

    def _numbers(self, names: Iterable[LedgerName]) -> Standing:
        columns = self.rows.read(dict.fromkeys(names, ()))
        if columns.system.version != self.version:
            raise Damaged(_compare(names, "others wrote and somebody deleted rows there"))
        return {name: columns.numbers[name] for name in names}

    def _concerned(
        self, name: LedgerName, written: Written, before: Standing, now: Standing
    ) -> Collection[int]:
        """The numbers of the rows that were to be written, and of those that were written instead."""
        rows = written[name].keys()
        if self.rows.layout(name).place == self.places[name].layout.place:
            hit = _at_their_places(rows, before[name], now[name])
        else:  # it was sorted by another column than `no`
            hit = self._written_over(name, written[name])
        return sorted((hit | rows) & set(now[name]))

    def _written_over(self, name: LedgerName, written: Mapping[int, Cells]) -> set[int]:
        """The rows of which a cell says what was written, and should say something else. 1 read."""
        said = {value or "" for cells in written.values() for value in cells.values()}
        layout = self.rows.layout(name)
        ((_, *rows),) = self.client.values([f"'{name}'"])
        hit = set[int]()
        for row in rows:
            shown = {header: row[at] if at < len(row) else "" for header, at in layout.place.items()}
            no = number_in(shown["no"])
            truth = (self.truth(name, no) if no else None) or {}
            if no and any(shown[h] in said and shown[h] != (truth[h] or "") for h in truth):
                hit.add(no)
        return hit

    def _text(self, name: LedgerName, no: int) -> Cells:
        texts = self.truth(name, no)
        if texts is None:
            raise Damaged(
                _compare([name], f"somebody moved or deleted rows there, and what row {no} said is not known")
            )
        return texts

    def _sent(self, written: Written, standing: Standing) -> bool:
        """Did every text reach its row?"""
        requests: list[Request] = []
        for name, rows in written.items():
            place = self._place(name)
            requests += rewritten(place, standing[name], rows)
        body = {
            "requests": requests,
            "includeSpreadsheetInResponse": True,
            "responseRanges": last_rows(standing),
            "responseIncludeGridData": True,
        }
        reply = self.client.batch_update(to_bytes(body), fields=f"updatedSpreadsheet({LOOK_MASK})")
        seen = Seen.of(reply["updatedSpreadsheet"])
        return not any(has_moved(seen, name, self._place(name), standing[name], block=0) for name in written)

    def _place(self, name: LedgerName) -> Place:
        return Place(self.places[name].grid, self.rows.layout(name))


def _at_their_places(rows: Collection[int], before: Sequence[int], now: Sequence[int]) -> set[int]:
    """The numbers that stand where these stood, in ledgers that are sorted by `no`."""
    return {now[at] for at, number in enumerate(before) if number in rows and at < len(now)}


def _compare(names: Iterable[LedgerName], why: str) -> str:
    tabs = " and ".join(f"`{name}`" for name in names)
    return (
        f"While texts of {tabs} were blanked, {why}. Other rows may have been blanked in place of these: "
        "compare them with the spreadsheet's version history (File, Version history)."
    )
