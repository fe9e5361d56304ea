"""Finding the "table" that values.append goes below: the block of data around the last value in a range."""

from __future__ import annotations

from dataclasses import replace

from sandbox.grid import filled_columns
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
    top, bottom = grid.solid_above(block.top, around), grid.solid_below(block.bottom, around)
    return _widened(replace(block, top=top, bottom=bottom))


def _widened(block: Area) -> Area:
    occupied = block.tab.values.occupied(max(block.top - 1, 0), block.bottom + 1)
    left, right = block.left, block.right
    while left > 0 and occupied & (1 << (left - 1)):
        left -= 1
    while occupied & (1 << right):
        right += 1
    return replace(block, left=left, right=right)
