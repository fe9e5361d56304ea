"""The shapes of the API's messages, from schemas.json: which fields there are, and of what type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

SCHEMAS: dict[str, Any] = json.loads((Path(__file__).parent / "schemas.json").read_text())
MESSAGES: dict[str, dict[str, Any]] = SCHEMAS["messages"]
METHODS: dict[str, dict[str, Any]] = SCHEMAS["methods"]

CAPITAL = re.compile(r"[A-Z]")


@cache
def snake(name: str) -> str:
    """`rowData` as `row_data`, the form in which Google names places."""
    return CAPITAL.sub(lambda match: "_" + match[0].lower(), name)


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
