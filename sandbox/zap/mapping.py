"""From what an app gave to fields, and from fields to what is typed into a step: `{{2.keys_html}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Fields = dict[str, Any]
"""Texts, numbers, booleans, and lists of them (line items), by name."""

PLACEHOLDER = re.compile(r"\{\{\s*(\d+)\.(\w+)\s*\}\}")


def flattened(value: Mapping[str, Any], prefix: str = "") -> Fields:
    """The fields of a JSON object: what is nested is named `customer__email`.

    A list of objects is given one by one (`keys__0__keycode`) and as line items (`keys__keycode`, a list).
    """
    fields: Fields = {}
    for name, inner in value.items():
        fields |= _fields_of(f"{prefix}{name}", inner)
    return fields


def _fields_of(name: str, value: Any) -> Fields:
    if isinstance(value, Mapping):
        return flattened(value, f"{name}__")
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return _line_items(name, value)
    return {name: value}


def _line_items(name: str, items: list[Mapping[str, Any]]) -> Fields:
    fields: Fields = {}
    for number, item in enumerate(items):
        fields |= flattened(item, f"{name}__{number}__")
    for column in dict.fromkeys(column for item in items for column in item):
        fields[f"{name}__{column}"] = [item.get(column, "") for item in items]
    return fields


def filled_in(template: str, outputs: Mapping[int, Fields]) -> str:
    """The template with each placeholder replaced by the field of that step; empty where there is none."""
    return PLACEHOLDER.sub(lambda found: as_text(outputs.get(int(found[1]), {}).get(found[2])), template)


def as_text(value: Any) -> str:
    """A field where text is wanted: line items are joined by commas."""
    if isinstance(value, list):
        return ",".join(as_text(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
