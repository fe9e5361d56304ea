"""What comes over the wire and what goes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import Refusal

JSON_TYPE = "application/json; charset=UTF-8"


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    verb: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    has_left: Callable[[], bool] = field(default=lambda: False)
    """Whether the client has given up meanwhile."""
    is_local: bool = True
    """Whether it came from this machine."""


@dataclass(frozen=True)
class Answer:
    """What goes back. A cut answer breaks off: before its first byte, or in the middle."""

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    cut: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What else stands above the body."""


CUT_BEFORE = Answer(0, cut="before")


def json_answer(status: int, value: Any) -> Answer:
    # Half a pair of surrogates cannot be sent as UTF-8; Google shows a replacement too.
    return Answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def refused(refusal: Refusal) -> Answer:
    return json_answer(refusal.code, refusal.body())
