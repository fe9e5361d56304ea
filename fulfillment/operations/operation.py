"""What an operation is: a body in, an answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fulfillment.payloads import EmptyBody, OperationBody
from fulfillment.service import Service

Body = Mapping[str, object]
Said = dict[str, object]


@dataclass(frozen=True, slots=True)
class Operation:
    """What it does with a body, and its figures when it says no."""

    run: Callable[[Service, Body, str], Said]
    nothing: Mapping[str, object]
    asks: type[OperationBody] = EmptyBody
    """The fields of the body that it reads."""


def ok(message: str, **figures: object) -> Said:
    """The answer of an operation that did what it was asked."""
    return {"status": "ok", "message": message, **figures}
