"""The fields of operations, one by one: flags, orders, pieces, key codes and rows of keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from fulfillment.characters import trimmed
from fulfillment.payloads.lines import SKU_LIMIT, opened
from fulfillment.payloads.pasted import COLUMNS, column_of, names
from fulfillment.payloads.references import reference
from fulfillment.payloads.texts import (
    WrongValue,
    exact_text,
    is_blank,
    one_line,
    repr_of,
    undamaged_text,
)

KEYCODE_LIMIT = 500
CELL_LIMIT = 2_000
"""A whole row may have been pasted into one cell."""
ORDERS_LIMIT = 5_000

_YES = frozenset({"true", "yes", "y", "on", "1"})
_NO = frozenset({"false", "no", "n", "off", "0", ""})
_UNIT = re.compile(r"[0-9]+\.[0-9]+")


def _flag(value: object) -> bool:
    word = trimmed(value).lower() if isinstance(value, str) else repr_of(value)
    if word not in _YES | _NO:
        raise WrongValue("It is neither yes nor no; send true or false.")
    return word in _YES


def entries(value: object) -> list[object]:
    """The entries of a list, or of a text in which commas, semicolons or blanks separate them."""
    if isinstance(value, str):
        return [entry for entry in re.split(r"[\s,;]+", value) if trimmed(entry)]
    return list(value) if isinstance(value, list | tuple) else [value]


def _references(value: object) -> tuple[str, ...]:
    named = entries(value)
    if not named:
        raise WrongValue("It names no order; send at least one order id.")
    if len(named) > ORDERS_LIMIT:
        raise WrongValue(f"It names {len(named):,} orders; at most {ORDERS_LIMIT:,} are possible at once.")
    return tuple(dict.fromkeys(_reference(entry, number) for number, entry in enumerate(named, start=1)))


def _reference(entry: object, number: int) -> str:
    try:
        return reference(entry)
    except WrongValue as problem:
        raise WrongValue(f"Entry {number}: {problem}") from None


def _units(value: object) -> tuple[str, ...]:
    # A number 1.10 still has its zero here, for bodies keep the digits of numbers.
    texts = [piece.strip() for entry in entries(value) for piece in one_line(entry).split("+")]
    pieces = list(filter(None, texts))
    if not pieces and not is_blank(value):
        # An empty filter would match every piece of the order: that must be meant.
        raise WrongValue("It names no piece; leave it out for the whole order.")
    for number, piece in enumerate(pieces, start=1):
        if not _UNIT.fullmatch(piece):
            # Not quoted: where pieces are asked for, people also try key codes.
            raise WrongValue(f"Entry {number} is not a piece; pieces are written like 1.1 (line.piece).")
    return tuple(dict.fromkeys(pieces))


def _keycode(value: object) -> str:
    keycode = exact_text(value, KEYCODE_LIMIT)
    if not keycode:
        raise WrongValue("It is missing; send the key code.")
    return keycode


def _keycodes(value: object) -> tuple[str, ...]:
    # A code may hold commas and blanks: only the ends of lines separate codes.
    lines = value.splitlines() if isinstance(value, str) else entries(value)
    codes = [exact_text(line, KEYCODE_LIMIT) for line in lines]
    return tuple(dict.fromkeys(filter(None, codes)))


def _rows(value: object) -> list[dict[str, str]]:
    rows = opened(value)
    if not isinstance(rows, list | tuple):
        raise WrongValue(f"It must be a list of rows with {names()}.")
    return [_row(row, number) for number, row in enumerate(rows, start=1)]


def _row(row: object, number: int) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise WrongValue(f"Row {number} is not an object with {names()}.")
    cells = {column_of(str(heading)): value for heading, value in row.items()}
    # It would pass for a blank row, and its key would be lost without a word.
    if set(cells) == {None}:
        raise WrongValue(f"Row {number} has none of the columns {names()}.")
    return {column: _cell(cells.get(column), column, number) for column in COLUMNS}


def _cell(value: object, column: str, number: int) -> str:
    try:
        # Only codes are harmed by a number's notation. All else the import judges, row by row.
        return one_line(value) if column == "seats" else undamaged_text(value, CELL_LIMIT)
    except WrongValue as problem:
        raise WrongValue(f"Row {number}, {column}: {problem}") from None


Flag = Annotated[bool, BeforeValidator(_flag)]
Reference = Annotated[str, BeforeValidator(reference)]
References = Annotated[tuple[str, ...], BeforeValidator(_references)]
Sku = Annotated[str, BeforeValidator(lambda value: exact_text(value, SKU_LIMIT))]
Units = Annotated[tuple[str, ...], BeforeValidator(_units)]
Keycode = Annotated[str, BeforeValidator(_keycode)]
Keycodes = Annotated[tuple[str, ...], BeforeValidator(_keycodes)]
Rows = Annotated[list[dict[str, str]] | None, BeforeValidator(_rows)]
Remark = Annotated[str, BeforeValidator(one_line)]
