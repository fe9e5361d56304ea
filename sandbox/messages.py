"""Whether a request is one that Google knows: every field's name and type, at any depth.

`read(message, value)` gives the value as the handlers want it (nulls dropped, numbers as numbers, names in
camelCase) or refuses it in the words of Google's JSON reader. The shapes stand in schemas.json, condensed
from the discovery document of the API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from sandbox import masks
from sandbox.errors import Refusal, bad_mask, bad_payload

SCHEMAS: dict[str, Any] = json.loads((Path(__file__).parent / "schemas.json").read_text())
MESSAGES: dict[str, dict[str, Any]] = SCHEMAS["messages"]
METHODS: dict[str, dict[str, Any]] = SCHEMAS["methods"]

TYPE_PREFIX = "type.googleapis.com/google.apps.sheets.v4."
INT32 = range(-(2**31), 2**31)
CAPITAL = re.compile(r"[A-Z]")

# Google reports many violations of one request at once; more than this only makes the answer long.
MOST_VIOLATIONS = 20

Violations = list[tuple[str, str]]
# Where a value stands, in the words of the refusal; None while nobody wants to know.
Place = str | None
Reader = Callable[[Any, Place, Violations], Any]


def read(message: str, value: Any) -> dict[str, Any]:
    """The value as message `message`; refused when a name is unknown or a type is wrong."""
    violations: Violations = []
    result: dict[str, Any] = _message(message)(value, None, violations)
    if violations:
        # Naming places takes longer than reading, and few requests need it: only now, by reading again.
        violations.clear()
        _message(message)(value, "", violations)
        raise bad_payload(violations[:MOST_VIOLATIONS])
    return result


@cache
def snake(name: str) -> str:
    """`rowData` as `row_data`, the form in which Google names places."""
    return CAPITAL.sub(lambda match: "_" + match[0].lower(), name)


def check_mask(message: str, mask: masks.Mask) -> None:
    """Refuses a mask of an answer that names what the message has not."""
    for path in masks.leaves(mask):
        if not has_path(message, path):
            raise bad_mask(".".join(path))


def has_path(message: str, path: Iterable[str]) -> bool:
    """True when the message has such a field."""
    kind: Any = message
    for name in path:
        while isinstance(kind, list):
            kind = kind[0]
        if isinstance(kind, dict) and "map" in kind:
            kind = kind["map"]
            continue
        if name == "*":
            return True
        if not isinstance(kind, str) or name not in MESSAGES.get(kind, {}):
            return False
        kind = MESSAGES[kind][name]
    return True


def read_query(method: str, query: dict[str, list[str]]) -> dict[str, Any]:
    """The query parameters of a method of the API, each with its type."""
    known = METHODS[method]["query"]
    violations: Violations = []
    values: dict[str, Any] = {}
    for name, given in query.items():
        kind = known.get(name, known.get(masks.camel(name)))
        if kind is None:
            violations.append(("", unknown_parameter(name)))
        elif isinstance(kind, list):
            values[masks.camel(name)] = given
        else:
            values[masks.camel(name)] = _reader(kind, name)(
                _parameter(kind, given[-1]), snake(name), violations
            )
    if violations:
        raise bad_payload(violations)
    return values


def unknown_parameter(name: str) -> str:
    return (
        f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
        f"Field '{name}' could not be found in request message."
    )


def _parameter(kind: Any, text: str) -> Any:
    return text.lower() if kind == "bool" else text


@cache
def _message(name: str) -> Reader:
    fields = MESSAGES[name]
    readers: dict[str, Reader] = {}

    def reader_of(field: str) -> Reader | None:
        if field not in readers:
            if field not in fields:
                return None
            readers[field] = _reader(fields[field], f"{name}.{field[:1].upper()}{field[1:]}")
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


def _reader(kind: Any, type_name: str) -> Reader:
    if isinstance(kind, list):
        return _listed(_reader(kind[0], type_name))
    if isinstance(kind, dict) and "map" in kind:
        return _map(_reader(kind["map"], type_name))
    if isinstance(kind, dict):
        return _enum(kind["enum"], type_name)
    return _message(kind) if kind[:1].isupper() else _scalar(kind, type_name)


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


def _no_constant(name: str) -> Any:
    raise ValueError(f"Unexpected token: {name}")


def parse_json(body: bytes) -> Any:
    """The JSON of a request's body; an empty body is an empty message."""
    if not body.strip():
        return {}
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"Invalid JSON payload received. {error}") from None
