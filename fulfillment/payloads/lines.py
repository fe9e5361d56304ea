"""The lines of an order: nested objects, or parallel columns as lists or comma strings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from fulfillment.characters import trimmed
from fulfillment.model import LineItem
from fulfillment.payloads.bodies import parse_json
from fulfillment.payloads.texts import Problems, WrongValue, exact_text, is_blank, one_line, shown

QUANTITY_LIMIT = 1_000_000
LINES_LIMIT = 5_000
TITLE_LIMIT = 1_000
SKU_LIMIT = 255
"""Shopify's own."""

_QUANTITIES = ("current_quantity", "quantity")
"""Shopify counts in `current_quantity` what is left of an edited order: it wins."""

_TITLES = ("title", "name")
_COLUMNS = ("sku", *_QUANTITIES, *_TITLES)
_FLAT_PREFIXES = ("line_items_", "line_items__")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")

Row = Mapping[str, object]
"""One line as it came: fields by name."""


def read_lines(body: Mapping[str, object], problems: Problems) -> tuple[LineItem, ...]:
    """The lines of an order's body, in its order, lines of quantity 0 included; what is wrong is noted."""
    ways = [_lines(prefix, source, problems) for prefix, source in _sources(body)]
    if not ways:
        problems.note("line_items", "The lines are missing; send line_items_sku and line_items_quantity.")
        return ()
    # Fields that a Zap's form leaves blank say nothing beside lines that came in another way.
    told = [way for way in ways if way] or [()]
    if any(_asked(way) != _asked(told[0]) for way in told):
        problems.note("line_items", "The lines came in two ways that differ; send them in one way.")
    return told[0]


def opened(value: object) -> object:
    """The value itself, or what it says where it is JSON as text: the fields of a form cannot nest."""
    if not isinstance(value, str) or not trimmed(value).startswith(("[", "{")):
        return value
    try:
        return parse_json(value)
    except ValueError:
        return value


def _sources(body: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """(prefix of field names for messages, rows or columns) of each way in which the lines came."""
    for prefix in _FLAT_PREFIXES:
        columns = {column: body.get(f"{prefix}{column}") for column in _COLUMNS}
        if any(columns[name] is not None for name in ("sku", *_QUANTITIES)):
            yield prefix, columns
    lines = opened(body.get("line_items"))
    if lines is not None:
        yield "line_items[].", lines


def _asked(lines: Sequence[LineItem]) -> list[tuple[str, int]]:
    return [(line.sku, line.quantity) for line in lines]


def _lines(prefix: str, source: object, problems: Problems) -> tuple[LineItem, ...]:
    rows = _rows(prefix, source, problems)
    if len(rows) > LINES_LIMIT:
        problems.note(
            "line_items", f"The order has {len(rows):,} lines; at most {LINES_LIMIT:,} are possible."
        )
        return ()
    return tuple(_line(row, number, prefix, problems) for number, row in enumerate(rows, start=1))


def _line(row: Row, number: int, prefix: str, problems: Problems) -> LineItem:
    where = f"Line {number}: "
    counted = next((name for name in _QUANTITIES if not is_blank(row.get(name))), "quantity")
    titled = next((name for name in _TITLES if not is_blank(row.get(name))), "title")
    return LineItem(
        sku=problems.reading(f"{prefix}sku", lambda: exact_text(row.get("sku"), SKU_LIMIT), "", where),
        quantity=problems.reading(f"{prefix}{counted}", lambda: read_quantity(row.get(counted)), 0, where),
        title=problems.reading(
            f"{prefix}{titled}", lambda: one_line(row.get(titled), TITLE_LIMIT), "", where
        ),
    )


def _rows(prefix: str, source: object, problems: Problems) -> list[Row]:
    if isinstance(source, Mapping):
        return _transposed({name: source.get(name) for name in _COLUMNS}, prefix, problems)
    if not isinstance(source, list | tuple):
        problems.note("line_items", f"It must be a list of lines, not {shown(source)}.")
        return []
    return [_row(line, f"Line {number}: ", problems) for number, line in enumerate(source, start=1)]


def _row(line: object, where: str, problems: Problems) -> Row:
    row = opened(line)
    if not isinstance(row, Mapping):
        problems.note("line_items", f"{where}{shown(line)} is not an object with sku and quantity.")
        return {"quantity": 0}
    # A line without any SKU is a tip and is passed over: a misspelt name must not make it one.
    lookalike = next((name for name in row if "sku" in str(name).lower()), None)
    if "sku" not in row and lookalike is not None:
        problems.note("line_items", f"{where}It has no `sku` but {shown(lookalike)}; did you mean `sku`?")
    return row


def _transposed(columns: Row, prefix: str, problems: Problems) -> list[Row]:
    """Parallel columns as rows; none where the columns do not fit together, which is noted."""
    if columns["sku"] is None:
        problems.note(f"{prefix}sku", "It is missing; send one SKU per line, blank for a line without.")
        return []
    counted = [name for name in _QUANTITIES if not _says_nothing(columns[name])] or ["quantity"]
    if columns[counted[0]] is None:
        problems.note(f"{prefix}quantity", "It is missing; send one quantity per line.")
        return []
    if all(_says_nothing(columns[name]) for name in ("sku", *counted)):
        return []
    cells = {name: _cells(columns[name]) for name in ("sku", *counted)}
    cells |= _titles(columns, len(cells["sku"]))
    return _zipped(cells, prefix, problems)


def _says_nothing(column: object) -> bool:
    return is_blank(column) or column == []


def _cells(column: object) -> list[object]:
    if isinstance(column, str):
        return list(column.split(","))
    return list(column) if isinstance(column, list | tuple) else [column]


def _titles(columns: Row, count: int) -> dict[str, list[object]]:
    """The title columns that can be told apart: lists, or the one title of the one line. Never split.

    A Zap joins the titles of several lines with commas, which titles contain themselves: such a text says
    nothing about any line, and a title is not worth refusing a paid order.
    """
    titles = {name: columns[name] for name in _TITLES if not _says_nothing(columns[name])}
    lists = {name: list(column) for name, column in titles.items() if isinstance(column, list | tuple)}
    return lists | {name: [title] for name, title in titles.items() if count == 1 and name not in lists}


def _zipped(cells: Mapping[str, list[object]], prefix: str, problems: Problems) -> list[Row]:
    count = len(cells["sku"])
    uneven = {name: len(column) for name, column in cells.items() if len(column) != count}
    for name, length in uneven.items():
        lengths = f"{prefix}sku has {count:,} and {prefix}{name} has {length:,}"
        problems.note(f"{prefix}{name}", f"The lists differ in length: {lengths}; send one of each per line.")
    if uneven:
        return []
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def read_quantity(value: object) -> int:
    """A whole number of pieces, also where it came as `"2"` or `2.0`. Raises WrongValue."""
    number = _number(value)
    if number is None or not number.is_finite():
        raise WrongValue(f"{shown(value)} is not a quantity; send a whole number, such as 1.")
    if number < 0:
        raise WrongValue(f"{shown(value)} is below zero; send a whole number, such as 1.")
    if number > QUANTITY_LIMIT:
        raise WrongValue(f"{shown(value)} is too many; at most {QUANTITY_LIMIT:,} are possible.")
    if number != number.to_integral_value():
        raise WrongValue(f"{shown(value)} is not a whole number; send one such as 1.")
    return int(number)


def _number(value: object) -> Decimal | None:
    if isinstance(value, str):
        return Decimal(text) if _NUMBER.fullmatch(text := trimmed(value)) else None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    return None
