"""Ranges as people and clients write them ("A1 notation"), and as the API writes them back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# Google's widest grid ends at column ZZZ, so `SHEET1` is a title and never a cell.
_CELL = re.compile(r"\$?(?P<col>[A-Za-z]{1,3})?\$?(?P<row>[1-9][0-9]{0,7})?")
_R1C1 = re.compile(r"[Rr](?P<row>[1-9][0-9]{0,7})[Cc](?P<col>[1-9][0-9]{0,4})")
_QUOTED = re.compile(r"'(?P<title>(?:[^']|'')+)'(?:!(?P<cells>.*))?", re.DOTALL)
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_READS_AS_SOMETHING_ELSE = re.compile(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*|TRUE|FALSE", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class A1Range:
    """A rectangle of cells: 0-based, half-open, None where it has no bound.

    `sheet` is None where the text named none (the API then means the first sheet).
    """

    sheet: str | None = None
    start_row: int | None = None
    start_col: int | None = None
    end_row: int | None = None
    end_col: int | None = None

    @property
    def is_whole_sheet(self) -> bool:
        """True when no row and no column is named."""
        return (self.start_row, self.start_col, self.end_row, self.end_col) == (None,) * 4

    @property
    def is_cell(self) -> bool:
        """True when it is exactly one cell."""
        return (
            self.start_row is not None
            and self.start_col is not None
            and self.end_row == self.start_row + 1
            and self.end_col == self.start_col + 1
        )

    def on(self, sheet: str) -> A1Range:
        """The same cells on the sheet titled `sheet`."""
        return replace(self, sheet=sheet)

    def within(self, rows: int, columns: int) -> A1Range:
        """The range with its open sides closed at the edges of a grid of that size.

        Sides that were written out stay, even beyond the grid: whether that is an error, the caller says.
        """
        return A1Range(
            self.sheet,
            self.start_row or 0,
            self.start_col or 0,
            rows if self.end_row is None else self.end_row,
            columns if self.end_col is None else self.end_col,
        )


def column_letters(index: int) -> str:
    """The letters of the 0-based column: 0 is A, 25 is Z, 26 is AA. Raises ValueError below 0."""
    if index < 0:
        raise ValueError(f"no column has the index {index}")
    letters, left = "", index + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def column_index(letters: str) -> int:
    """The 0-based column of its letters, in either case. Raises ValueError for anything but letters."""
    if not (letters.isascii() and letters.isalpha()):
        raise ValueError(f"not a column: {letters!r}")
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def quote_sheet(title: str) -> str:
    """The title as Google writes it before a `!`: quoted unless it is a plain ASCII word that is no cell."""
    if _PLAIN_TITLE.fullmatch(title) and not _READS_AS_SOMETHING_ELSE.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def bare_name(text: str) -> str | None:
    """The text, when it stands alone and may be the name of a named range or of a sheet; else None.

    `Orders`, `A1` and `My Sheet` are bare; `'Orders'` and `Orders!A1` are not. Google looks for a named
    range first, so a caller asks this before `parse_range`; and after it when a sheet is titled `A1`.
    """
    return None if not text or text.startswith("'") or "!" in text else text


def parse_range(text: str) -> A1Range:
    """The range that the text names; a word that is no cell names a whole sheet.

    Reversed corners are put in order. Raises ValueError when it is not a range.
    """
    if quoted := _QUOTED.fullmatch(text):
        return _on_sheet(quoted["title"].replace("''", "'"), quoted["cells"])
    if not text or text.startswith("'"):
        raise ValueError(f"not a range: {text!r}")
    # Clients also send titles with blanks, and even with a `!`, unquoted; Google takes them.
    title, bang, cells = text.rpartition("!")
    return _on_sheet(title, cells) if bang else _parse_cells(text) or A1Range(text)


def format_range(range: A1Range) -> str:
    """The range as the API writes it in its answers. Raises ValueError for what A1 notation cannot say."""
    if range.is_whole_sheet:
        if range.sheet is None:
            raise ValueError("a range without a sheet and without cells has no name")
        return quote_sheet(range.sheet)
    cells = _format_cells(range)
    return cells if range.sheet is None else f"{quote_sheet(range.sheet)}!{cells}"


def _on_sheet(title: str, cells: str | None) -> A1Range:
    if not title:
        raise ValueError("a range needs a title before its !")
    if cells is None:
        return A1Range(title)
    parsed = _parse_cells(cells)
    if parsed is None:
        raise ValueError(f"not a range: {cells!r}")
    return parsed.on(title)


def _parse_cells(text: str) -> A1Range | None:
    first, colon, second = text.partition(":")
    start = _corner(first)
    end = _corner(second) if colon else start
    if start is None or end is None or (not colon and None in start):
        return None
    return _between(start, end)


def _corner(text: str) -> tuple[int | None, int | None] | None:
    if r1c1 := _R1C1.fullmatch(text):
        return int(r1c1["row"]) - 1, int(r1c1["col"]) - 1
    cell = _CELL.fullmatch(text)
    if not text or cell is None or text.endswith("$") or text.startswith("$$"):
        return None
    row = int(cell["row"]) - 1 if cell["row"] else None
    col = column_index(cell["col"]) if cell["col"] else None
    return row, col


def _between(start: tuple[int | None, int | None], end: tuple[int | None, int | None]) -> A1Range | None:
    start_row, end_row = _span(start[0], end[0])
    start_col, end_col = _span(start[1], end[1])
    if end_row is None and end_col is None:
        return None  # `A:1` bounds nothing
    return A1Range(None, start_row, start_col, end_row, end_col)


def _span(one: int | None, other: int | None) -> tuple[int | None, int | None]:
    """From and to along one dimension: a side that only one corner names is open at its far end."""
    named = [side for side in (one, other) if side is not None]
    if len(named) < 2:
        return (named[0] if named else None), None
    return min(named), max(named) + 1


def _format_cells(range: A1Range) -> str:
    start = _corner_name(range.start_row, range.start_col)
    if range.is_cell:
        return start
    if range.end_row is None and range.end_col is None:
        raise ValueError("a range that is open to the right and below has no name")
    end = _corner_name(_last(range.end_row), _last(range.end_col))
    if range.start_row is None and range.end_row is not None:
        start = _corner_name(0, range.start_col)
    if range.start_col is None and range.end_col is not None:
        start = _corner_name(range.start_row, 0)
    return f"{start}:{end}"


def _last(end: int | None) -> int | None:
    return None if end is None else end - 1


def _corner_name(row: int | None, col: int | None) -> str:
    letters = "" if col is None else column_letters(col)
    return letters if row is None else f"{letters}{row + 1}"
