"""The ledgers of a spreadsheet read column by column, and single rows of them read by their number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import TypeGuard

from fulfillment.errors import TornRead
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Layout, Scalar, column_letters, header_of, to_text
from fulfillment.sheets.looking import read_system
from fulfillment.sheets.tabs import SYSTEM, Codecs, SystemRow
from fulfillment.workbook import LEDGERS, NUMBERED, Changes, LedgerName, LedgerRow

Wanted = Mapping[LedgerName, Sequence[str]]
"""The columns to be read of each ledger; `no` is always read."""

RANGES_MOST = 60
"""Ranges of one read: they stand in its address, which may not be endless."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Some columns of the ledgers, row by row as they stand, and the System row of the same read."""

    system: SystemRow
    cells: Mapping[LedgerName, Sequence[tuple[Scalar, ...]]]
    """Of every row below the header: the columns that were wanted, in their order."""
    places: Mapping[LedgerName, Mapping[int, int]]
    """`no` -> the row in which it stood, 1-based, and found there again before it is believed."""
    numbers: Mapping[LedgerName, Sequence[int]]
    """Every `no`, in order; one that stands twice is there twice, and so is 1 where somebody typed 1.5: rows
    are sorted by it, so that it must not be overlooked."""

    def are(self, name: LedgerName, count: int) -> bool:
        """Has the ledger so many rows, each with a number of its own?"""
        return len(self.numbers[name]) == len(self.places[name]) == count

    def rows(self, name: LedgerName) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(no, texts) of every numbered row."""
        for number, row in self.places[name].items():
            yield number, tuple(map(to_text, self.cells[name][row - 2]))


class NumberedRows:
    """The ledgers of one spreadsheet; remembers where their columns stood, and checks it."""

    def __init__(self, client: SheetsClient, codecs: Codecs) -> None:
        self._client = client
        self._codecs = codecs
        tabs = {name: codecs.ledgers[name].tab for name in NUMBERED}
        self._layouts = {name: Layout.of(tab, tab.headers) for name, tab in tabs.items()}

    def read(self, wanted: Wanted) -> Columns:
        """These columns of the ledgers. 1 read; 3 where somebody has moved columns.

        Raises BatchRefused where a tab is missing, NotSetUp where a column is.
        """
        found = self._read(wanted)
        if found is None:
            self._read_headers(wanted)
            found = self._read(wanted)
        if found is None:
            raise TornRead("The columns of a ledger moved while it was read.")
        return found

    def _read(self, wanted: Wanted) -> Columns | None:
        """None where the columns do not stand where they stood."""
        headers = {name: ("no", *columns) for name, columns in wanted.items()}
        ranges = [f"'{SYSTEM}'!1:2"]
        for name, columns in headers.items():
            letters = [column_letters(self._layouts[name].place[header]) for header in columns]
            ranges += [f"'{name}'!{letter}:{letter}" for letter in letters]
        system, *columns_read = self._client.values(ranges)
        cells: dict[LedgerName, Sequence[tuple[Scalar, ...]]] = {}
        for name, columns in headers.items():
            read, columns_read = columns_read[: len(columns)], columns_read[len(columns) :]
            texts = zip_longest(*([row[0] if row else None for row in each] for each in read))
            header, *rows = list(texts) or [()]
            if header_of(header) != columns:
                return None
            cells[name] = rows
        return _columns(read_system(system, self._codecs), cells)

    def layout(self, name: LedgerName) -> Layout:
        """Where the columns of a ledger stood when it was last read."""
        return self._layouts[name]

    def _read_headers(self, names: Collection[LedgerName]) -> None:
        rows = self._client.values([f"'{name}'!1:1" for name in names])
        for name, header in zip(names, rows, strict=True):
            self._layouts[name] = Layout.of(self._codecs.ledgers[name].tab, header[0] if header else [])

    def rows(self, columns: Columns, wanted: Mapping[LedgerName, Collection[int]]) -> Changes:
        """The rows with these numbers, by `no`. 1 read. Raises TornRead where one is not to be found."""
        blocks = [(name, block) for name in LEDGERS for block in _blocks(columns, name, wanted.get(name, ()))]
        found: dict[LedgerName, dict[int, LedgerRow]] = {name: {} for name in LEDGERS}
        for start in range(0, len(blocks), RANGES_MOST):
            some = blocks[start : start + RANGES_MOST]
            ranges = [
                f"'{name}'!A{first}:{column_letters(self._layouts[name].width - 1)}{last}"
                for name, (first, last) in some
            ]
            for (name, _), cells in zip(some, self._client.values(ranges), strict=True):
                found[name].update(self._decoded(name, cells, wanted[name]))
        for name, numbers in wanted.items():
            if missing := sorted(set(numbers) - found[name].keys()):
                raise TornRead(f"The row with no {missing[0]} of `{name}` is not where it stood.")
        events, assignments, answers = ([found[name][no] for no in sorted(found[name])] for name in LEDGERS)
        return Changes(tuple(events), tuple(assignments), tuple(answers))  # type: ignore[arg-type]

    def _decoded(
        self, name: LedgerName, cells: Sequence[Sequence[Scalar]], wanted: Collection[int]
    ) -> Iterator[tuple[int, LedgerRow]]:
        layout = self._layouts[name]
        read, place = self._codecs.ledgers[name].reader(layout), layout.place["no"]
        for row in cells:
            number = _number(row[place]) if place < len(row) else None
            if number in wanted:
                try:
                    yield number, read(row)  # type: ignore[misc]
                except ValueError:
                    raise TornRead(f"The row with no {number} of `{name}` cannot be read.") from None


def _columns(system: SystemRow, cells: Mapping[LedgerName, Sequence[tuple[Scalar, ...]]]) -> Columns:
    """The columns behind `no`, and where each `no` stands first."""
    places: dict[LedgerName, dict[int, int]] = {}
    numbers: dict[LedgerName, Sequence[int]] = {}
    for name, rows in cells.items():
        numbered = [(no, row) for row, (cell, *_) in enumerate(rows, 2) if (no := _number(cell)) is not None]
        places[name] = dict(reversed(numbered))
        numbers[name] = sorted(int(cell) for cell, *_ in rows if _is_number(cell))
    return Columns(system, {name: [row[1:] for row in rows] for name, rows in cells.items()}, places, numbers)


def _number(cell: Scalar) -> int | None:
    return int(cell) if _is_number(cell) and cell == int(cell) else None


def _is_number(cell: Scalar) -> TypeGuard[int | float]:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _blocks(columns: Columns, name: LedgerName, numbers: Collection[int]) -> list[tuple[int, int]]:
    """(first row, last row) of a few stretches in which all these numbers stand.

    Reading some rows more costs less than another range: the smallest gaps are read over.
    """
    places = columns.places.get(name, {})
    rows = sorted({places[number] for number in numbers if number in places})
    if not rows:
        return []
    gaps = sorted((after - before for before, after in pairwise(rows)), reverse=True)
    widest = gaps[RANGES_MOST // 3 - 2] if len(gaps) > RANGES_MOST // 3 - 2 else 1
    blocks = [(rows[0], rows[0])]
    for row in rows[1:]:
        first, last = blocks[-1]
        if row - last > max(widest, 1):
            blocks.append((row, row))
        else:
            blocks[-1] = (first, row)
    return blocks
