"""Functions of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sandbox.cell_errors import Error, bad_reference, bad_value, unreadable
from sandbox.formats import render
from sandbox.formula_functions import function
from sandbox.formula_nodes import Scope
from sandbox.formula_values import (
    Area,
    Operand,
    Scalar,
    has_wildcards,
    number_in,
    to_number,
    to_text,
    wildcard,
)


@function("EXACT", "text text")
def _exact(scope: Scope, one: str, other: str) -> Operand:
    return one == other


@function("LEN", "text")
def _len(scope: Scope, text: str) -> Operand:
    return float(utf16_length(text))


def utf16_length(text: str) -> int:
    """The length as Sheets counts it: characters outside the basic plane count as two."""
    return len(text) + sum(character > "\uffff" for character in text)


@function("TRIM", "text")
def _trim(scope: Scope, text: str) -> Operand:
    return re.sub(" +", " ", text).strip(" ")


@function("CLEAN", "text")
def _clean(scope: Scope, text: str) -> Operand:
    return re.sub(r"[\x00-\x1f]", "", text)


@function("UPPER", "text")
def _upper(scope: Scope, text: str) -> Operand:
    return text.upper()


@function("LOWER", "text")
def _lower(scope: Scope, text: str) -> Operand:
    return text.lower()


@function("LEFT", "text number?")
def _left(scope: Scope, text: str, count: float = 1) -> Operand:
    return _negative("LEFT", 2, count) if count < 0 else text[: int(count)]


@function("RIGHT", "text number?")
def _right(scope: Scope, text: str, count: float = 1) -> Operand:
    if count < 0:
        return _negative("RIGHT", 2, count)
    return text[-int(count) :] if count >= 1 else ""


@function("MID", "text number number")
def _mid(scope: Scope, text: str, start: float, count: float) -> Operand:
    if start < 1 or count < 0:
        return _negative("MID", 2 if start < 1 else 3, start if start < 1 else count)
    return text[int(start) - 1 : int(start) - 1 + int(count)]


def _negative(name: str, parameter: int, value: float) -> Error:
    return Error("#NUM!", f"Function {name} parameter {parameter} value is {int(value)}. It is out of range.")


@function("FIND", "text text number?")
def _find(scope: Scope, needle: str, text: str, start: float = 1) -> Operand:
    at = text.find(needle, int(start) - 1) if start >= 1 else -1
    return _not_within("FIND", needle, text) if at < 0 else float(at + 1)


@function("SEARCH", "text text number?")
def _search(scope: Scope, needle: str, text: str, start: float = 1) -> Operand:
    if not 1 <= start <= len(text) + 1:
        return _not_within("SEARCH", needle, text)
    pattern = wildcard(needle) if has_wildcards(needle) else re.compile(re.escape(needle), re.IGNORECASE)
    found = pattern.search(text, int(start) - 1)
    return _not_within("SEARCH", needle, text) if found is None else float(found.start() + 1)


def _not_within(name: str, needle: str, text: str) -> Error:
    return bad_value(f"In {name} evaluation, cannot find '{needle}' within '{text}'.")


@function("SUBSTITUTE", "text text text number?")
def _substitute(scope: Scope, text: str, old: str, new: str, occurrence: float | None = None) -> Operand:
    if not old:
        return text
    if occurrence is None:
        return text.replace(old, new)
    parts = text.split(old)
    nth = int(occurrence)
    if nth < 1:
        return _negative("SUBSTITUTE", 4, nth)
    if nth >= len(parts):
        return text
    return old.join(parts[:nth]) + new + old.join(parts[nth:])


@function("REPT", "text number")
def _rept(scope: Scope, text: str, count: float) -> Operand:
    return text * int(count) if 0 <= count * len(text) <= 50_000 else _negative("REPT", 2, count)


@function("CONCATENATE", "area", repeats=1)
def _concatenate(scope: Scope, *operands: Operand) -> Operand:
    return _joined("", _all_values(operands))


@function("CONCAT", "text text")
def _concat(scope: Scope, one: str, other: str) -> Operand:
    return one + other


@function("JOIN", "text area", repeats=1)
def _join(scope: Scope, delimiter: str, *operands: Operand) -> Operand:
    return _joined(delimiter, _all_values(operands))


@function("TEXTJOIN", "text truth area", repeats=1)
def _textjoin(scope: Scope, delimiter: str, ignores_empty: bool, *operands: Operand) -> Operand:
    values = list(_all_values(operands))
    return _joined(delimiter, [v for v in values if v not in (None, "")] if ignores_empty else values)


def _all_values(operands: tuple[Operand, ...]) -> Iterator[Scalar]:
    """Every value, empty ones too, row by row."""
    for operand in operands:
        if not isinstance(operand, Area):
            yield operand
            continue
        columns = [operand.column(col) for col in range(operand.width)]
        for row in range(operand.height):
            yield from (column[row] if row < len(column) else None for column in columns)


def _joined(delimiter: str, values: Iterator[Scalar] | list[Scalar]) -> Operand:
    texts: list[str] = []
    for value in values:
        text = to_text(value)
        if isinstance(text, Error):
            return text
        texts.append(text)
    return delimiter.join(texts)


@function("TEXT", "value text")
def _text(scope: Scope, value: Scalar, pattern: str) -> Operand:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    number = number_in(value) if isinstance(value, str) else to_number(value)
    if number is None or isinstance(number, Error):
        return render(value, {"type": "TEXT", "pattern": pattern})
    return render(number, {"type": "NUMBER", "pattern": pattern}) if pattern else ""


@function("VALUE", "value")
def _value(scope: Scope, value: Scalar) -> Operand:
    if isinstance(value, bool):
        return bad_value("VALUE parameter cannot be parsed to number.")
    number = number_in(value) if isinstance(value, str) else to_number(value)
    return bad_value(f"VALUE parameter '{value}' cannot be parsed to number.") if number is None else number


@function("TO_TEXT", "value")
def _to_text(scope: Scope, value: Scalar) -> Operand:
    return to_text(value)


@function("CHAR", "number")
def _char(scope: Scope, code: float) -> Operand:
    if not 1 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return _negative("CHAR", 1, code)
    return chr(int(code))


@function("HYPERLINK", "text value?")
def _hyperlink(scope: Scope, url: str, label: Scalar = None) -> Operand:
    return url if label is None else label


@function("REGEXMATCH", "text text")
def _regexmatch(scope: Scope, text: str, pattern: str) -> Operand:
    compiled = _compiled("REGEXMATCH", pattern)
    return compiled if isinstance(compiled, Error) else compiled.search(text) is not None


@function("REGEXREPLACE", "text text text")
def _regexreplace(scope: Scope, text: str, pattern: str, replacement: str) -> Operand:
    """`$1` in the replacement is what the first group holds."""
    compiled = _compiled("REGEXREPLACE", pattern)
    if isinstance(compiled, Error):
        return compiled
    template = re.sub(r"\$(\d)", r"\\g<\1>", replacement.replace("\\", r"\\"))
    try:
        return compiled.sub(template, text)
    except (re.error, IndexError):
        return bad_reference(f'Function REGEXREPLACE parameter 3 value "{replacement}" names no group.')


def _compiled(name: str, pattern: str) -> re.Pattern[str] | Error:
    if _REPEATS_A_REPEAT.search(pattern):
        return unreadable("Regular expressions that repeat a repetition are not supported here.")
    return _regex(pattern) or bad_reference(
        f'Function {name} parameter 2 value "{pattern}" is not a valid regular expression.'
    )


# What Python knows and RE2 does not: look-around, back-references, conditionals, atomic and possessive forms.
_NOT_IN_RE2 = re.compile(r"\(\?(?:[=!>(#]|<[=!]|P[=>])|\\[1-9Z]|[*+?}]\+")
# Google's RE2 takes time in proportion to the text; for (a+)+ Python's search takes for ever.
_REPEATS_A_REPEAT = re.compile(r"[*+}]\??\)+[*+{]")


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str] | None:
    if _NOT_IN_RE2.search(pattern):
        return None
    try:
        return re.compile(pattern.replace(r"\z", r"\Z"), re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None
