"""Proves the books: every promise that can be read from the tabs, and each breach by tab and `no`."""

from __future__ import annotations

from dataclasses import dataclass

from fulfillment.model import Policy
from fulfillment.ports import Books


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that the tabs do not keep; `no` is 0 where it concerns no single row."""

    promise: int
    tab: str
    no: int
    message: str


def audit(books: Books, policy: Policy) -> tuple[Breach, ...]:
    """Every breach there is, damaged rows first."""
    raise NotImplementedError
