"""Finding the "table" that values.append goes below: the block of data around the last value in a range."""

from __future__ import annotations

from dataclasses import replace

from sandbox.grid import CHUNK, Grid, filled_columns
from sandbox.ranges import Area


def table_in(area: Area) -> Area | None:
    """The block that holds the last value of the range; None where the range holds nothing."""
    last = _last_value(area)
    if last is None:
        return None
    row, column = last
    block = Area(area.tab, row, column, row + 1, column + 1)
    while True:
        grown = _grown(block)
        if grown == block:
            return block
        block = grown


def _last_value(area: Area) -> tuple[int, int] | None:
    grid = area.tab.values
    asked = _bits(area.left, area.right)
    for row in range(min(area.bottom, len(grid)) - 1, area.top - 1, -1):
        filled = filled_columns(grid.row(row)) & asked
        if filled:
            return row, filled.bit_length() - 1
    return None


def _bits(left: int, right: int) -> int:
    return (1 << right) - (1 << left) if right > left else 0


def _grown(block: Area) -> Area:
    """The block grown by the data that touches it, corners included."""
    grid = block.tab.values
    around = _bits(max(block.left - 1, 0), block.right + 1)
    top, bottom = block.top, block.bottom
    while top > 0 and (whole := _full_chunk_above(grid, top, around)) is not None:
        top = whole
    while top > 0 and filled_columns(grid.row(top - 1)) & around:
        top -= 1
        while top > 0 and (whole := _full_chunk_above(grid, top, around)) is not None:
            top = whole
    while bottom < len(grid) and filled_columns(grid.row(bottom)) & around:
        bottom += 1
    return _widened(replace(block, top=top, bottom=bottom))


def _full_chunk_above(grid: Grid, top: int, around: int) -> int | None:
    """The start of the chunk that ends at `top`, when each of its rows holds something in these columns."""
    at, within = divmod(top, CHUNK)
    if within or not 0 < at <= len(grid.chunks):
        return None
    return (at - 1) * CHUNK if grid.chunks[at - 1].common & around else None


def _widened(block: Area) -> Area:
    occupied = _occupied(block.tab.values, max(block.top - 1, 0), block.bottom + 1)
    left, right = block.left, block.right
    while left > 0 and occupied & (1 << (left - 1)):
        left -= 1
    while occupied & (1 << right):
        right += 1
    return replace(block, left=left, right=right)


def _occupied(grid: Grid, top: int, bottom: int) -> int:
    """The columns, as bits, in which the stretch holds something."""
    occupied, row, end = 0, top, min(bottom, len(grid))
    while row < end:
        at, within = divmod(row, CHUNK)
        chunk = grid.chunks[at]
        if within == 0 and row + CHUNK <= end:
            occupied |= chunk.occupied
            row += CHUNK
        else:
            occupied |= filled_columns(chunk.rows[within])
            row += 1
    return occupied
