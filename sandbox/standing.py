"""Where formulas stand in a book: reading them, finding them, and what they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.book import Tab
from sandbox.formulas import Formula, parse
from sandbox.grid import CHUNK, Chunk, Grid

# Formulas that are alike from where they stand are one object; more kinds than this are not shared.
MOST_KINDS = 50_000
_kinds: dict[Any, Formula] = {}


def formula(text: str, row: int, column: int) -> Formula:
    """The formula that a text is in a cell."""
    return shared(parse(text, row, column))


def shared(one: Formula) -> Formula:
    """The same formula as one object for all cells that hold it."""
    if len(_kinds) > MOST_KINDS:
        _kinds.clear()
    return _kinds.setdefault((one.references, one.pieces), one)


def is_formula(value: Any) -> bool:
    return type(value) is Formula


def text_of(value: Any, row: int, column: int) -> str:
    """The source of a formula as it reads in a cell."""
    text: str = value.text(row, column)
    return text


def reads(tab: Tab) -> frozenset[str]:
    """The titles of the other tabs that the formulas of a tab name."""
    known: frozenset[str] | None = tab.found.get("reads")
    if known is None:
        named = (value.reads() for _, value in live_cells(tab.values))
        known = frozenset(title for titles in named for title in titles if title is not None)
        tab.found["reads"] = known
    return known


def is_volatile(tab: Tab) -> bool:
    """Whether a formula of the tab comes to something else at another time."""
    known: bool | None = tab.found.get("volatile")
    if known is None:
        known = tab.found["volatile"] = any(value.is_volatile for _, value in live_cells(tab.values))
    return known


def live_columns(tab: Tab) -> frozenset[int]:
    """The columns of a tab in which formulas stand."""
    known: frozenset[int] | None = tab.found.get("live")
    if known is None:
        known = tab.found["live"] = frozenset(column for (_, column), _ in live_cells(tab.values))
    return known


def live_cells(grid: Grid) -> Iterator[tuple[tuple[int, int], Formula]]:
    """Every formula of a grid with its place."""
    for at, chunk in enumerate(grid.chunks):
        for within, column, value in live_in(chunk):
            yield (at * CHUNK + within, column), value


def live_in(chunk: Chunk) -> tuple[tuple[int, int, Formula], ...]:
    """The formulas of a chunk, found once for as long as it lives."""
    if chunk.live is None:
        chunk.live = tuple(
            (within, column, value)
            for within, row in enumerate(chunk.rows)
            if Formula in map(type, row)
            for column, value in enumerate(row)
            if type(value) is Formula
        )
    return chunk.live
