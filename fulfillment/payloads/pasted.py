"""Keys as people paste them: comma, semicolon or tab separated, with a header row or without."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

from fulfillment.characters import trimmed
from fulfillment.errors import InvalidFields

COLUMNS = ("region", "provider", "product_code", "component", "keycode", "seats")

_SEPARATORS = "\t;,|"
_SEP_LINE = re.compile(r'"?sep=([\t;,|])"?\r?\n', re.IGNORECASE)
_BY_SQUASHED_NAME = {name.replace("_", ""): name for name in COLUMNS}


def rows_of_csv(text: str) -> list[dict[str, str]]:
    """The rows of a pasted table, each with all COLUMNS; blank rows are left out. Raises InvalidFields."""
    return [row for _, row in numbered_rows_of_csv(text)]


def numbered_rows_of_csv(text: str) -> list[tuple[int, dict[str, str]]]:
    """The same, each with the line on which it begins.

    Values are text as typed, without blanks around them. Without a header row the columns stand in the order
    of COLUMNS; other columns are passed over. A line in one column is one cell: a row pasted into it is taken
    apart by the import. Raises InvalidFields for `csv`, without quoting any value.
    """
    rows = [(line, row) for line, row in _cells(text) if any(row)]
    header = _header(rows[0][1]) if rows else None
    if header and "keycode" not in header:
        raise InvalidFields({"csv": f"The header row has no column keycode; the columns are {names()}."})
    return [
        (line, _filled(dict(zip(header or COLUMNS, row, strict=False))))
        for line, row in (rows[1:] if header else rows)
    ]


def column_of(heading: str) -> str | None:
    """The column that a heading means, in any case, with blanks or underscores; None for no column."""
    return _BY_SQUASHED_NAME.get("".join(filter(str.isalnum, heading.lower())))


def names() -> str:
    """The columns, for messages."""
    return ", ".join(COLUMNS)


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """(line, cells) of every row."""
    text, separator, first = _opened(text)
    # Strict, for a quote that is never closed would swallow the rest of the table into one key code.
    lines = io.StringIO(text, newline=None)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    rows, line = [], first
    try:
        for row in reader:
            rows.append((line, [trimmed(cell) for cell in row]))
            line = first + reader.line_num
    except csv.Error:
        sentence = f"Line {first + reader.line_num - 1} cannot be read: check its quotes."
        raise InvalidFields({"csv": sentence}) from None
    return rows


def _opened(text: str) -> tuple[str, str, int]:
    """(the table, its separator, its first line's number); Excel may name the separator on a line above."""
    text = text.removeprefix("\ufeff")
    if match := _SEP_LINE.match(text):
        return text[match.end() :], match[1], 2
    return text, _separator(text), 1


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if trimmed(line)), "")
    return max(_SEPARATORS, key=first.count)


def _header(row: Sequence[str]) -> list[str | None] | None:
    """The columns that a header row names; None where the row is no header."""
    columns = [column_of(cell) for cell in row]
    # One name alone may be a value; a list of nothing but codes under `keycode` is a header all the same.
    return columns if len(set(columns) - {None}) >= min(2, len(columns)) else None


def _filled(row: Mapping[str | None, str]) -> dict[str, str]:
    return {column: row.get(column, "") for column in COLUMNS}
