"""What happens to everything that has a place in a tab when rows or columns come, go or move.

A Shift says where each row (or column) goes; merges, protections, formats, charts and names follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.book import Json

ROWS, COLUMNS = "ROWS", "COLUMNS"
SIDES = {ROWS: ("startRowIndex", "endRowIndex"), COLUMNS: ("startColumnIndex", "endColumnIndex")}


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows or columns inserted at `at` (count above 0), or deleted from `at` on (count below 0)."""

    dimension: str
    at: int
    count: int

    def index(self, index: int) -> int | None:
        """Where one row or column is afterwards; None when it is gone."""
        if index < self.at:
            return index
        if self.count < 0 and index < self.at - self.count:
            return None
        return index + self.count

    def interval(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a stretch is afterwards; one around an insertion grows, one that is deleted whole is gone."""
        if self.count > 0:
            return (start + self.count * (start >= self.at), end + self.count * (end > self.at))
        gone_to = self.at - self.count
        shifted = (_closed_up(start, self.at, gone_to), _closed_up(end, self.at, gone_to))
        return shifted if shifted[1] > shifted[0] else None


@dataclass(frozen=True, slots=True)
class Move:
    """Rows or columns `start` to `end` taken to stand before what was at `to`."""

    dimension: str
    start: int
    end: int
    to: int

    def index(self, index: int) -> int:
        count = self.end - self.start
        if self.start <= index < self.end:
            return index + (self.to - self.start if self.to <= self.start else self.to - self.end)
        if self.to <= index < self.start:
            return index + count
        if self.end <= index < self.to:
            return index - count
        return index

    def interval(self, start: int, end: int) -> tuple[int, int]:
        edges = (start, end - 1, *(n + side for n in (self.start, self.end, self.to) for side in (-1, 0)))
        found = [self.index(edge) for edge in edges if start <= edge < end]
        return min(found), max(found) + 1


Change = Shift | Move


def _closed_up(edge: int, gone_from: int, gone_to: int) -> int:
    if edge <= gone_from:
        return edge
    return max(edge, gone_to) - (gone_to - gone_from)


def grid_range(change: Change, range: Json) -> Json | None:
    """The GridRange afterwards; None when nothing of it is left. An open side stays open."""
    start_name, end_name = SIDES[change.dimension]
    start, end = range.get(start_name), range.get(end_name)
    if start is None and end is None:
        return range
    moved = change.interval(start or 0, end if end is not None else 2**31)
    if moved is None:
        return None
    sides = {start_name: moved[0]} if start is not None else {}
    return range | sides | ({end_name: moved[1]} if end is not None else {})


def ranged(change: Change, items: tuple[Json, ...]) -> tuple[Json, ...]:
    """Things with one `range`; those whose range is gone go with it."""
    moved = [(item, grid_range(change, item["range"]) if "range" in item else {}) for item in items]
    return tuple(item | ({"range": range} if range else {}) for item, range in moved if range is not None)


def ranges(change: Change, items: tuple[Json, ...]) -> tuple[Json, ...]:
    """Things with several `ranges`; those that have none left go."""
    moved = [(item, [grid_range(change, range) for range in item.get("ranges", [])]) for item in items]
    return tuple(item | {"ranges": kept} for item, found in moved if (kept := [r for r in found if r]))


def merges(change: Change, items: tuple[Json, ...]) -> tuple[Json, ...]:
    return tuple(range for item in items if (range := grid_range(change, item)) and _is_merge(range))


def _is_merge(range: Json) -> bool:
    height = range["endRowIndex"] - range["startRowIndex"]
    width = range["endColumnIndex"] - range["startColumnIndex"]
    return bool(height * width > 1)


def groups(change: Change, items: tuple[Json, ...]) -> tuple[Json, ...]:
    """Row or column groups, whose ranges are of one dimension."""
    moved = [
        (item, change.interval(item["range"]["startIndex"], item["range"]["endIndex"])) for item in items
    ]
    return tuple(
        item | {"range": item["range"] | {"startIndex": span[0], "endIndex": span[1]}}
        for item, span in moved
        if span
    )


def marks(change: Change, items: dict[Any, Json]) -> dict[Any, Json]:
    """Properties of single rows or columns."""
    moved = {change.index(index): item for index, item in items.items()}
    return {index: item for index, item in moved.items() if index is not None}


def charts(change: Change, items: tuple[Json, ...]) -> tuple[Json, ...]:
    """Charts keep their place over the cell that they are anchored to."""
    name = "rowIndex" if change.dimension == ROWS else "columnIndex"
    return tuple(_anchored(change, name, item) for item in items)


def _anchored(change: Change, name: str, chart: Json) -> Json:
    overlay = chart.get("position", {}).get("overlayPosition", {})
    anchor = overlay.get("anchorCell")
    if not anchor:
        return chart
    index = change.index(anchor.get(name, 0))
    moved = anchor | {name: index if index is not None else getattr(change, "at", 0)}
    return chart | {"position": {"overlayPosition": overlay | {"anchorCell": moved}}}


def metadata_location(change: Change, location: Json) -> Json | None:
    """Where developer metadata of a row or column is afterwards; None when its rows are gone."""
    range = location.get("dimensionRange")
    if not range or range.get("dimension") != change.dimension:
        return location
    span = change.interval(range.get("startIndex", 0), range["endIndex"])
    return (
        location | {"dimensionRange": range | {"startIndex": span[0], "endIndex": span[1]}} if span else None
    )
