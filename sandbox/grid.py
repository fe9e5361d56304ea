"""A sheet of cells as a value: rows in chunks that versions share.

A change makes a new grid that shares every untouched chunk with the old one, so that a write of twenty rows
costs the same in a tab of a thousand rows and of a million, an old version can be kept for the price of what
changed since, and a reader needs no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Row = tuple[Any, ...]

# Small enough that copying one chunk per write is nothing, large enough that the list of chunks stays short.
CHUNK = 128

EMPTY_ROW: Row = ()


class Chunk:
    """Up to CHUNK rows that never change, with what was found out about them."""

    __slots__ = ("_common", "_occupied", "live", "rows")

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        self._occupied: int | None = None
        self._common: int | None = None
        self.live: tuple[Any, ...] | None = None
        """The formulas among the cells, once someone has looked for them."""

    @property
    def occupied(self) -> int:
        """The columns, as bits, in which any row holds something."""
        if self._occupied is None:
            self._measure()
        return self._occupied or 0

    @property
    def common(self) -> int:
        """The columns, as bits, in which every row of a full chunk holds something."""
        if self._common is None:
            self._measure()
        return self._common or 0

    def _measure(self) -> None:
        occupied, common = 0, -1
        for row in self.rows:
            filled = filled_columns(row)
            occupied |= filled
            common &= filled
        self._occupied = occupied
        self._common = common if len(self.rows) == CHUNK else 0


def filled_columns(row: Row) -> int:
    """The columns, as bits, in which the row holds something."""
    if None not in row:
        return (1 << len(row)) - 1
    filled = 0
    for column, value in enumerate(row):
        if value is not None:
            filled |= 1 << column
    return filled


def trimmed(cells: Sequence[Any]) -> Row:
    """A row without the empty cells at its end."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return tuple(cells[:end])


class Grid:
    """Rows of cells; below the last row that holds something there is nothing."""

    __slots__ = ("chunks",)

    def __init__(self, chunks: tuple[Chunk, ...] = ()) -> None:
        self.chunks = chunks

    @staticmethod
    def of(rows: Iterable[Row]) -> Grid:
        """A grid of these rows (each without empty cells at its end)."""
        listed = list(rows)
        while listed and not listed[-1]:
            listed.pop()
        return Grid(tuple(Chunk(tuple(listed[at : at + CHUNK])) for at in range(0, len(listed), CHUNK)))

    def __len__(self) -> int:
        """The number of rows up to the last one that holds something."""
        return (len(self.chunks) - 1) * CHUNK + len(self.chunks[-1].rows) if self.chunks else 0

    def row(self, index: int) -> Row:
        at, within = divmod(index, CHUNK)
        if at >= len(self.chunks):
            return EMPTY_ROW
        rows = self.chunks[at].rows
        return rows[within] if within < len(rows) else EMPTY_ROW

    def cell(self, row: int, column: int) -> Any:
        cells = self.row(row)
        return cells[column] if column < len(cells) else None

    def rows(self, start: int = 0, end: int | None = None) -> Iterator[Row]:
        """The rows of a stretch, as far as rows hold something."""
        stop = len(self) if end is None else min(end, len(self))
        while start < stop:
            at, within = divmod(start, CHUNK)
            rows = self.chunks[at].rows[within : within + stop - start]
            yield from rows
            start += len(rows)

    def width(self) -> int:
        """The number of columns up to the last one that holds something."""
        return max((chunk.occupied.bit_length() for chunk in self.chunks), default=0)

    def occupied(self, start: int, end: int) -> int:
        """The columns, as bits, in which any row of the stretch holds something."""
        found, end = 0, min(end, len(self))
        first, last = -(-start // CHUNK), end // CHUNK
        if first >= last:
            edges = [*self.rows(start, end)]
        else:
            edges = [*self.rows(start, first * CHUNK), *self.rows(last * CHUNK, end)]
        for row in edges:
            found |= filled_columns(row)
        for chunk in self.chunks[first:last]:
            found |= chunk.occupied
        return found

    def solid_above(self, row: int, columns: int) -> int:
        """The first of the unbroken stretch of rows above `row` that hold something in these columns."""
        while row > 0:
            if row % CHUNK == 0 and row <= len(self) and self.chunks[row // CHUNK - 1].common & columns:
                row -= CHUNK
            elif filled_columns(self.row(row - 1)) & columns:
                row -= 1
            else:
                break
        return row

    def solid_below(self, row: int, columns: int) -> int:
        """The end of the unbroken stretch of rows from `row` on that hold something in these columns."""
        end = len(self)
        while row < end:
            chunk = self.chunks[row // CHUNK]
            if row % CHUNK == 0 and chunk.common & columns:
                row += CHUNK
            elif filled_columns(chunk.rows[row % CHUNK]) & columns:
                row += 1
            else:
                break
        return row

    def changed(self, start: int, end: int, change: Callable[[int, Row], Row]) -> Grid:
        """The grid with each row of a stretch replaced by `change(index, row)`."""
        if end <= start:
            return self
        chunks = list(self.chunks)
        while len(chunks) * CHUNK < end:
            chunks.append(NOTHING)
        for at in range(start // CHUNK, (end - 1) // CHUNK + 1):
            first = at * CHUNK
            chunks[at] = _changed(chunks[at], first, max(start, first), min(end, first + CHUNK), change)
        return Grid(_tidied(chunks))

    def with_cells(self, changes: dict[int, dict[int, Any]]) -> Grid:
        """The grid with single cells replaced, given as row to column to value; the rows must be there."""
        chunks = list(self.chunks)
        for at in {row // CHUNK for row in changes}:
            rows = list(chunks[at].rows)
            for row in (row for row in changes if row // CHUNK == at):
                cells = list(rows[row % CHUNK])
                for column, value in changes[row].items():
                    cells[column] = value
                rows[row % CHUNK] = tuple(cells)
            chunks[at] = Chunk(tuple(rows))
        return Grid(tuple(chunks))

    def spliced(self, start: int, end: int, rows: Iterable[Row]) -> Grid:
        """The grid with a stretch of rows taken out and others put in its place; what follows moves."""
        keep = start // CHUNK
        tail = [*self.rows(keep * CHUNK, start)]
        tail += [EMPTY_ROW] * (start - keep * CHUNK - len(tail)) if len(self) > start or rows else []
        moved = Grid.of([*tail, *rows, *self.rows(end)])
        if not moved.chunks:
            return Grid(_tidied(list(self.chunks[:keep])))
        head = [*self.chunks[:keep]]
        head = [chunk if len(chunk.rows) == CHUNK else _padded(chunk) for chunk in head]
        head += [BLANK] * (keep - len(head))
        return Grid((*head, *moved.chunks))

    def mapped(self, start: int, end: int, change: Callable[[Row], Row]) -> Grid:
        """The grid with each row of a stretch replaced by `change(row)`.

        Rows that are one object stay one, and so do chunks: a format over a whole column is stored once.
        """
        if end <= start:
            return self
        rows: dict[int, Row] = {}
        whole: dict[int, Chunk] = {}

        def once(_: int, row: Row) -> Row:
            if id(row) not in rows:
                rows[id(row)] = change(row)
            return rows[id(row)]

        chunks = list(self.chunks)
        while len(chunks) * CHUNK < end:
            chunks.append(BLANK)
        for at in range(start // CHUNK, (end - 1) // CHUNK + 1):
            chunk, first = chunks[at], at * CHUNK
            if start <= first and first + CHUNK <= end:
                if id(chunk) not in whole:
                    whole[id(chunk)] = _changed(chunk, first, first, first + CHUNK, once)
                chunks[at] = whole[id(chunk)]
            else:
                chunks[at] = _changed(chunk, first, max(start, first), min(end, first + CHUNK), once)
        return Grid(_tidied(chunks))

    def each(self, change: Callable[[Row], Row]) -> Grid:
        """The grid with every row that holds something replaced by `change(row)`."""
        return self.mapped(0, len(self), change)


NOTHING = Chunk(())
BLANK = Chunk((EMPTY_ROW,) * CHUNK)


def _padded(chunk: Chunk) -> Chunk:
    return Chunk(chunk.rows + (EMPTY_ROW,) * (CHUNK - len(chunk.rows)))


def _changed(chunk: Chunk, first: int, start: int, end: int, change: Callable[[int, Row], Row]) -> Chunk:
    rows = list(chunk.rows)
    rows += [EMPTY_ROW] * (end - first - len(rows))
    rows[start - first : end - first] = [
        change(first + n, rows[n]) for n in range(start - first, end - first)
    ]
    return Chunk(tuple(rows))


def _tidied(chunks: list[Chunk]) -> tuple[Chunk, ...]:
    """Full chunks but for the last, which ends with a row that holds something."""
    while chunks and not any(chunks[-1].rows):
        chunks.pop()
    if chunks:
        rows = chunks[-1].rows
        end = len(rows)
        while not rows[end - 1]:
            end -= 1
        if end < len(rows):
            chunks[-1] = Chunk(rows[:end])
    for at, chunk in enumerate(chunks[:-1]):
        if len(chunk.rows) < CHUNK:
            chunks[at] = _padded(chunk)
    return tuple(chunks)
