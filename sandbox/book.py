"""A spreadsheet as a value: a change makes a new Book, and the old one stays what it was.

A batch is therefore all or nothing without any undoing: its requests make one Book after another, and only
the last is ever shown. Old Books serve stale reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.errors import Refusal, bad_request
from sandbox.grid import Grid

Json = dict[str, Any]

MAX_CELLS = 10_000_000
MAX_CELL_CHARACTERS = 50_000
MAX_COLUMNS = 18_278

CELLS_TEXT = (
    f"This action would increase the number of cells in the workbook above the limit of {MAX_CELLS} cells."
)
CHARACTERS_TEXT = (
    f"Your input contains more than the maximum of {MAX_CELL_CHARACTERS} characters in a single cell."
)

# What Google answers for a fresh spreadsheet; a caller's own properties are laid over it.
NEW_SPREADSHEET: Json = {"locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT"}


@dataclass(frozen=True, slots=True, eq=False)
class Tab:
    """One sheet: its cells, and everything that is attached to them."""

    sheet_id: int
    title: str
    rows: int = 1000
    columns: int = 26
    more: Json = field(default_factory=dict)
    """Properties beyond these: hidden, tabColorStyle, rightToLeft; frozen rows and such in gridProperties."""
    values: Grid = field(default_factory=Grid)
    dress: Grid = field(default_factory=Grid)
    """What a cell wears beside its value (format, note, validation), as one shared dict per kind of cell."""
    merges: tuple[Json, ...] = ()
    protected: tuple[Json, ...] = ()
    conditional: tuple[Json, ...] = ()
    banded: tuple[Json, ...] = ()
    charts: tuple[Json, ...] = ()
    filter_views: tuple[Json, ...] = ()
    basic_filter: Json | None = None
    row_groups: tuple[Json, ...] = ()
    column_groups: tuple[Json, ...] = ()
    row_marks: Json = field(default_factory=dict)
    """Properties of rows that differ from the usual: index to pixelSize and hiddenByUser."""
    column_marks: Json = field(default_factory=dict)
    found: Json = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was worked out about this version of the tab (indexes of columns, results); never carried on."""

    @property
    def size(self) -> int:
        return self.rows * self.columns

    @property
    def hidden(self) -> bool:
        return bool(self.more.get("hidden"))


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """One spreadsheet at one moment."""

    id: str
    properties: Json
    tabs: tuple[Tab, ...]
    named_ranges: tuple[Json, ...] = ()
    metadata: dict[int, Json] = field(default_factory=dict)
    metadata_size: int = 0
    created_at: float = 0.0
    modified_at: float = 0.0
    serial: int = 0
    """How many writes it has seen; people's edits count as well."""
    limited: bool = True
    """Whether it may not outgrow what Google allows; off for what was accepted before, and on request."""
    found: Json = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was worked out about this version; never carried on."""

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    def tab(self, sheet_id: int) -> Tab | None:
        return next((tab for tab in self.tabs if tab.sheet_id == sheet_id), None)

    def titled(self, title: str) -> Tab | None:
        """The tab of that title; letter case is forgiven where no tab has it exactly."""
        exact = next((tab for tab in self.tabs if tab.title == title), None)
        folded = title.casefold()
        return exact or next((tab for tab in self.tabs if tab.title.casefold() == folded), None)

    def grid(self, sheet_id: int) -> Tab:
        """The tab of that id; refused in the words that Google has for requests about cells."""
        tab = self.tab(sheet_id)
        if tab is None:
            raise bad_request(f"No grid with id: {sheet_id}")
        return tab

    def with_tab(self, tab: Tab) -> Book:
        """The book with the tab of the same id replaced."""
        return replace(self, tabs=tuple(tab if old.sheet_id == tab.sheet_id else old for old in self.tabs))

    def changing(self, sheet_id: int, **changes: Any) -> Book:
        """The book with some fields of a tab replaced."""
        return self.with_tab(replace(self.grid(sheet_id), **changes))


def titled(book: Book, title: str) -> Book:
    """The book under another title."""
    return replace(book, properties=book.properties | {"title": title})


class Ids:
    """The ids that Google would have chosen: made from the write they belong to, so that a replay agrees."""

    def __init__(self, book_id: str, serial: int, at: float) -> None:
        self.at = at
        """The moment of the write, in seconds since 1970."""
        self._source = f"{book_id}:{serial}"
        self._drawn = 0

    def draw(self) -> int:
        """A positive 31-bit number, another one at each call."""
        self._drawn += 1
        digest = hashlib.sha256(f"{self._source}:{self._drawn}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % (2**31 - 1) or 1

    def unless(self, taken: Callable[[int], bool]) -> int:
        """An id that nothing has yet."""
        drawn = self.draw()
        while taken(drawn):
            drawn = self.draw()
        return drawn


def check_cell_count(book: Book, more: int = 0) -> Book:
    """The same book; refused when it has outgrown what Google allows, or would with some more cells."""
    if book.limited and sum(tab.size for tab in book.tabs) + more > MAX_CELLS:
        raise bad_request(CELLS_TEXT)
    return book


def too_long(text: str) -> Refusal | None:
    return bad_request(CHARACTERS_TEXT) if len(text) > MAX_CELL_CHARACTERS else None


def merged(target: Json, source: Json, mask: Json) -> Json:
    """`target` with what the mask names taken from `source`; what the source lacks is cleared."""
    result = dict(target)
    for name, below in mask.items():
        if name == "*":
            return dict(source)
        value = source.get(name)
        if below and isinstance(value if value is not None else result.get(name), dict):
            value = merged(result.get(name) or {}, value or {}, below) or None
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result
