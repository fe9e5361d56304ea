"""The bytes of a request, read as one object: JSON, JSON inside a JSON string, a form, or CSV text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NoReturn
from urllib.parse import parse_qsl

from fulfillment.characters import trimmed
from fulfillment.errors import Unreadable
from fulfillment.payloads.encodings import text_of_table

DEEPEST = 64
"""Levels of nesting; an order of Shopify's has about eight."""

_TOO_DEEP = f"it is nested deeper than {DEEPEST} levels"
_FORM = "application/x-www-form-urlencoded"
_TABLES = (
    "text/csv",
    "text/tab-separated-values",
    "application/vnd.ms-excel",  # what Windows calls a CSV file where Excel is installed
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_ADVICE = 'Send one JSON object, such as {"order_id": "6855909900591"}.'


def read_body(raw: bytes, content_type: str) -> dict[str, object]:
    """The object in a request's body.

    Integers keep all their digits, other numbers are Decimal. Of a form all values are text, and a repeated
    key is a list. `text/csv` gives `{"csv": text}`, in UTF-16 too. A charset in
    `content_type` is ignored: all else must be UTF-8.
    Raises Unreadable, also for an empty body.
    """
    kind = content_type.partition(";")[0].strip().lower()
    is_table = kind in _TABLES
    whole = text_of_table(raw) if is_table else _decoded(raw)
    text = trimmed(whole)
    if not text:
        raise Unreadable(f"The body is empty. {_ADVICE}")
    if is_table:
        # Untrimmed, for a tab in front is an empty first column.
        return {"csv": whole}
    # curl and some no-code tools call every body a form; a real form never begins like JSON, for it would
    # percent-encode these characters.
    if kind == _FORM and text[0] not in '{["':
        return _form(text)
    return _object(text, kind)


def parse_json(text: str) -> object:
    """The value of a JSON text, with every digit of its numbers.

    Raises ValueError for anything that could not be written back as JSON in UTF-8: NaN, Infinity, lone
    surrogates, nesting deeper than DEEPEST; and for an object that says two things under one name.
    """
    try:
        value: object = json.loads(
            text,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_unambiguous,
        )
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_texts_and_depth(value)
    return value


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"The body is not UTF-8 (byte {error.start:,}). Send it encoded as UTF-8.") from None


def _form(text: str) -> dict[str, object]:
    if "=" not in text:
        raise Unreadable(f"The body is called a form but has no `name=value`. {_ADVICE}")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        raise Unreadable("The form is not percent-encoded UTF-8. Send it encoded as UTF-8.") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else list(found) for name, found in values.items()}


def _object(text: str, kind: str) -> dict[str, object]:
    value = _json(text, kind)
    if isinstance(value, str):
        value = _json(trimmed(value), kind)
    if isinstance(value, list):
        raise Unreadable(f"The body is a list. {_ADVICE}")
    if not isinstance(value, dict):
        raise Unreadable(f"The body is JSON but not an object. {_ADVICE}")
    return value


def _json(text: str, kind: str) -> object:
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        called = f", although its type is `{kind[:60]}`" if kind and "json" not in kind else ""
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(f"The body is not JSON ({where}){called}. {_ADVICE}") from None
    except ValueError as error:
        raise Unreadable(f"The body is not proper JSON: {error}. {_ADVICE}") from None


def _integer(literal: str) -> int:
    try:
        return int(literal)
    except ValueError:
        raise ValueError("a number in it has thousands of digits") from None


def _decimal(literal: str) -> Decimal:
    try:
        return Decimal(literal)
    except InvalidOperation:
        raise ValueError("a number in it is beyond all bounds") from None


def _no_constant(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is not a JSON number")


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        # The last would win without a word, be it an order id or a quantity.
        if found.setdefault(name, value) != value:
            raise ValueError(f"`{name[:60]}` stands in it twice, with different values")
    return found


def _check_texts_and_depth(value: object) -> None:
    for depth, text in _texts(value):
        if depth > DEEPEST:
            raise ValueError(_TOO_DEEP)
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValueError("a text in it holds half a character (a lone surrogate)")


def _texts(value: object) -> Iterator[tuple[int, str]]:
    """(0, text) of every text, (depth, names) of every list and object; the outermost has depth 1."""
    waiting = [(1, value)]
    while waiting:
        depth, found = waiting.pop()
        if isinstance(found, str):
            yield 0, found
        elif isinstance(found, dict):
            yield depth, "".join(found)
            waiting.extend((depth + 1, inner) for inner in found.values())
        elif isinstance(found, list):
            yield depth, ""
            waiting.extend((depth + 1, inner) for inner in found)
