"""A book as lines of JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from sandbox import standing
from sandbox.book import Book, Json, Tab
from sandbox.cells import shared
from sandbox.grid import CHUNK, Chunk, Grid, Row

# Raised when the lines change their meaning; older ones are then refused by name rather than misread.
FORMAT = 1

GRIDS = ("values", "dress")
MARKS = ("row_marks", "column_marks")


class UnknownFormat(Exception):
    """The snapshot was written by another version of this program."""


def lines_of(book: Book) -> Iterator[str]:
    """The book: a line for itself, a line for each tab."""
    head = {
        "format": FORMAT,
        "id": book.id,
        "properties": book.properties,
        "named_ranges": book.named_ranges,
        "metadata": list(book.metadata.values()),
        "metadata_size": book.metadata_size,
        "created_at": book.created_at,
        "modified_at": book.modified_at,
        "serial": book.serial,
    }
    yield json.dumps(head)
    for tab in book.tabs:
        yield json.dumps(json_of(tab))


def book_from(lines: Iterable[str]) -> Book:
    """The book that the lines are."""
    head, *tabs = (json.loads(line) for line in lines)
    if head.pop("format") != FORMAT:
        raise UnknownFormat
    metadata = {entry["metadataId"]: entry for entry in head.pop("metadata")}
    names = tuple(head.pop("named_ranges"))
    return Book(**head, metadata=metadata, named_ranges=names, tabs=tuple(tab_from(tab) for tab in tabs))


def json_of(tab: Tab) -> Json:
    """A tab as JSON."""
    plain = {
        field.name: getattr(tab, field.name)
        for field in fields(tab)
        if field.init and field.name not in GRIDS
    }
    return plain | {"values": _values(tab.values), "dress": _dress(tab.dress)}


def tab_from(given: Json) -> Tab:
    """The tab that such JSON is."""
    plain: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in given.items() if name not in GRIDS
    }
    for name in MARKS:
        plain[name] = {int(index): mark for index, mark in given[name].items()}
    return Tab(**plain, values=_values_from(given["values"]), dress=_dress_from(given["dress"]))


def _values(grid: Grid) -> list[list[Any]]:
    rows: list[list[Any]] = [list(row) for row in grid.rows()]
    for (row, column), value in standing.live_cells(grid):
        rows[row][column] = {"formula": standing.text_of(value, row, column)}
    return rows


def _values_from(rows: list[list[Any]]) -> Grid:
    return Grid.of(
        tuple(
            standing.formula(value["formula"], n, column) if type(value) is dict else value
            for column, value in enumerate(row)
        )
        for n, row in enumerate(rows)
    )


def _dress(grid: Grid) -> Json:
    """The dress, each kind, row and chunk written once however often it occurs."""
    kinds: dict[int, tuple[int, Json]] = {}
    rows: dict[int, tuple[int, list[int | None]]] = {}
    chunks: dict[int, tuple[int, list[int]]] = {}

    def kind(worn: Json | None) -> int | None:
        return None if worn is None else kinds.setdefault(id(worn), (len(kinds), worn))[0]

    def row_number(row: Row) -> int:
        if id(row) not in rows:
            rows[id(row)] = (len(rows), [kind(worn) for worn in row])
        return rows[id(row)][0]

    for chunk in grid.chunks:
        if id(chunk) not in chunks:
            chunks[id(chunk)] = (len(chunks), [row_number(row) for row in chunk.rows])
    order = [chunks[id(chunk)][0] for chunk in grid.chunks]
    tables: dict[str, dict[int, Any]] = {"kinds": kinds, "rows": rows, "chunks": chunks}
    return {name: [entry for _, entry in table.values()] for name, table in tables.items()} | {"order": order}


def _dress_from(given: Json) -> Grid:
    kinds = [shared(kind) for kind in given["kinds"]]
    rows = [tuple(None if n is None else kinds[n] for n in row) for row in given["rows"]]
    chunks = [Chunk(tuple(rows[n] for n in chunk)) for chunk in given["chunks"]]
    return Grid(tuple(chunks[n] for n in given["order"]))


assert CHUNK == 128, "the chunks of a snapshot are those of the grid: raise FORMAT when this changes"
