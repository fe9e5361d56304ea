"""Readers of values: each takes one of JSON, notes what is wrong with it, and gives it as it is wanted."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from sandbox import masks
from sandbox.shapes import MESSAGES, snake

TYPE_PREFIX = "type.googleapis.com/google.apps.sheets.v4."
INT32 = range(-(2**31), 2**31)

Violations = list[tuple[str, str]]
# Where a value stands, in the words of the refusal; None while nobody wants to know.
Place = str | None
Reader = Callable[[Any, Place, Violations], Any]


@cache
def message_reader(name: str) -> Reader:
    fields = MESSAGES[name]
    readers: dict[str, Reader] = {}

    def reader_of(field: str) -> Reader | None:
        if field not in readers:
            if field not in fields:
                return None
            readers[field] = reader_of_type(fields[field], f"{name}.{field[:1].upper()}{field[1:]}")
        return readers[field]

    def read_message(value: Any, place: Place, violations: Violations) -> Any:
        if not isinstance(value, dict):
            violations.append(_wrong(place, TYPE_PREFIX + name, value))
            return {}
        result = {}
        for given, inner in value.items():
            field, reader = given, reader_of(given)
            if reader is None:
                field = masks.camel(given)
                reader = reader_of(field)
            if reader is None:
                violations.append(_unknown(place, given))
            elif inner is not None:
                result[field] = reader(inner, _in(place, field), violations)
        return result

    return read_message


@cache
def _scalar(kind: str, type_name: str) -> Reader:
    read_one = {"string": _string, "bool": _bool, "int": _int, "number": _number, "mask": _mask, "any": _any}
    return read_one[kind]


def reader_of_type(kind: Any, type_name: str) -> Reader:
    if isinstance(kind, list):
        return _listed(reader_of_type(kind[0], type_name))
    if isinstance(kind, dict) and "map" in kind:
        return _map(reader_of_type(kind["map"], type_name))
    if isinstance(kind, dict):
        return _enum(kind["enum"], type_name)
    return message_reader(kind) if kind[:1].isupper() else _scalar(kind, type_name)


def _in(place: Place, field: str) -> Place:
    if place is None:
        return None
    return f"{place}.{snake(field)}" if place else snake(field)


def _at(place: Place, index: object) -> Place:
    return None if place is None else f"{place}[{index}]"


def _listed(reader: Reader) -> Reader:
    in_list_null = reader in VALUE_READERS

    def read_list(value: Any, place: Place, violations: Violations) -> Any:
        if not isinstance(value, list):
            violations.append(_wrong(place, "TYPE_MESSAGE", value))
            return []
        items = value if in_list_null else [{} if item is None else item for item in value]
        if place is None:
            return [reader(item, None, violations) for item in items]
        return [reader(item, _at(place, n), violations) for n, item in enumerate(items)]

    return read_list


def _map(reader: Reader) -> Reader:
    def read_map(value: Any, place: Place, violations: Violations) -> Any:
        if not isinstance(value, dict):
            violations.append(_wrong(place, "TYPE_MESSAGE", value))
            return {}
        return {name: reader(inner, _at(place, name), violations) for name, inner in value.items()}

    return read_map


def _enum(words: list[str], type_name: str) -> Reader:
    def read_enum(value: Any, place: Place, violations: Violations) -> Any:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(words):
            return words[value]
        if not isinstance(value, str) or value not in words:
            violations.append(_wrong(place, TYPE_PREFIX + type_name, value))
        return value

    return read_enum


def _string(value: Any, place: Place, violations: Violations) -> Any:
    if not isinstance(value, str):
        violations.append(_wrong(place, "TYPE_STRING", value))
    return value


def _bool(value: Any, place: Place, violations: Violations) -> Any:
    if value in ("true", "false"):
        return value == "true"
    if not isinstance(value, bool):
        violations.append(_wrong(place, "TYPE_BOOL", value))
    return value


def _int(value: Any, place: Place, violations: Violations) -> Any:
    number = _as_number(value)
    if number is None or number != number // 1 or int(number) not in INT32:
        violations.append(_wrong(place, "TYPE_INT32", value))
        return 0
    return int(number)


def _number(value: Any, place: Place, violations: Violations) -> Any:
    number = _as_number(value)
    if number is None:
        violations.append(_wrong(place, "TYPE_DOUBLE", value))
        return 0.0
    return number


def _as_number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if number in (float("inf"), float("-inf")) or number != number:
        return None
    return value if isinstance(value, int | float) else number


def _mask(value: Any, place: Place, violations: Violations) -> Any:
    if not isinstance(value, str):
        violations.append(
            _wrong(place, TYPE_PREFIX.replace("apps.sheets.v4", "protobuf") + "FieldMask", value)
        )
    return value


def _any(value: Any, place: Place, violations: Violations) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool) and _as_number(value) is None:
        violations.append(_wrong(place, "TYPE_DOUBLE", value))
    return value


# A null in a list of these is a value of its own (a cell to leave alone), not an empty message.
VALUE_READERS = {_any, _string, _bool, _int, _number}


def _wrong(place: Place, type_name: str, value: Any) -> tuple[str, str]:
    place = place or ""
    shown = json.dumps(value, ensure_ascii=False)
    return place, f"Invalid value at '{place}' ({type_name}), {shown[:200]}"


def _unknown(place: Place, name: str) -> tuple[str, str]:
    place = place or ""
    where = f" at '{place}'" if place else ""
    return place, f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
