"""Keys as people paste them: comma, semicolon or tab separated, with a header row or without."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from fulfillment.errors import InvalidFields
from fulfillment.payloads.texts import trimmed

COLUMNS = ("region", "provider", "product_code", "component", "keycode", "seats")

_SEPARATORS = "\t;,|"
_BY_SQUASHED_NAME = {name.replace("_", ""): name for name in COLUMNS}


def rows_of_csv(text: str) -> list[dict[str, str]]:
    """The rows of a pasted table, each with all COLUMNS; blank rows are left out.

    Values are text as typed, without blanks around them. Without a header row the columns stand in the order
    of COLUMNS; other columns are passed over. Raises InvalidFields for `csv`, without quoting any value.
    """
    rows = [row for row in _cells(text) if any(row)]
    header = _header(rows[0]) if rows else None
    if header and "keycode" not in header:
        raise InvalidFields({"csv": f"The header row has no column keycode; the columns are {names()}."})
    return [
        _filled(dict(zip(header or COLUMNS, row, strict=False))) for row in (rows[1:] if header else rows)
    ]


def column_of(heading: str) -> str | None:
    """The column that a heading means, in any case, with blanks or underscores; None for no column."""
    return _BY_SQUASHED_NAME.get("".join(filter(str.isalnum, heading.lower())))


def names() -> str:
    """The columns, for messages."""
    return ", ".join(COLUMNS)


def _cells(text: str) -> list[list[str]]:
    # Strict, for a quote that is never closed would swallow the rest of the table into one key code.
    lines = io.StringIO(text.removeprefix("\ufeff"), newline=None)
    reader = csv.reader(lines, delimiter=_separator(text), skipinitialspace=True, strict=True)
    try:
        return [[trimmed(cell) for cell in row] for row in reader]
    except csv.Error:
        sentence = f"Line {reader.line_num} cannot be read: check its quotes."
        raise InvalidFields({"csv": sentence}) from None


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
