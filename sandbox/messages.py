"""Whether a request is one that Google knows: every field's name and type, at any depth.

`read(message, value)` gives the value as the handlers want it (nulls dropped, numbers as numbers, names in
camelCase) or refuses it in the words of Google's JSON reader.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox import masks
from sandbox.errors import Refusal, bad_mask, bad_payload
from sandbox.readers import Violations, message_reader, reader_of_type
from sandbox.shapes import METHODS, has_path, snake

# Google reports many violations of one request at once; more than this only makes the answer long.
MOST_VIOLATIONS = 20


def read(message: str, value: Any) -> dict[str, Any]:
    """The value as message `message`; refused when a name is unknown or a type is wrong."""
    violations: Violations = []
    result: dict[str, Any] = message_reader(message)(value, None, violations)
    if violations:
        # Naming places takes longer than reading, and few requests need it: only now, by reading again.
        violations.clear()
        message_reader(message)(value, "", violations)
        raise bad_payload(violations[:MOST_VIOLATIONS])
    return result


def check_mask(message: str, mask: masks.Mask) -> None:
    """Refuses a mask of an answer that names what the message has not."""
    for path in masks.leaves(mask):
        if not has_path(message, path):
            raise bad_mask(".".join(path))


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
            values[masks.camel(name)] = reader_of_type(kind, name)(
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
