"""The final tabs as the checker reads them: rows in the order of `no`, commit by commit.

It shares no code with the product: it would otherwise share its mistakes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]
Tabs = Mapping[str, Sequence[Row]]

LEDGERS = ("Import History", "Assignments", "Order Cache")

Pool = tuple[str, str, str, str]
"""Region, provider, product code, component."""
Seat = tuple[str, str]
"""Unit and key code, of one order."""


@dataclass(frozen=True, slots=True)
class Commit:
    """The rows of one version."""

    version: int
    events: Sequence[Row]
    seats: Sequence[Row]
    answers: Sequence[Row]


def commits(tabs: Tabs) -> Iterator[Commit]:
    """Every commit that the ledgers hold rows of, oldest first."""
    by_ledger = [_by_version(tabs[name]) for name in LEDGERS]
    for version in sorted({version for groups in by_ledger for version in groups}):
        yield Commit(version, *(groups.get(version, []) for groups in by_ledger))


def in_order(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["no"]))


def _by_version(rows: Sequence[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in in_order(rows):
        groups[int(row["version"])].append(row)
    return groups


def pool_of(row: Row) -> Pool:
    return (row["region"], row["provider"], row["product_code"], row["component"])


def cell(row: Row, name: str, empty: str = "[]") -> Any:
    """A cell that holds JSON."""
    return json.loads(row[name] or empty)


def seats_of(row: Row, name: str = "keys") -> list[Seat]:
    """The seats that a row of Order Cache names."""
    pairs = cell(row, "keys") if name == "keys" else cell(row, "details", "{}").get(name, [])
    return [(str(unit), str(code)) for unit, code in pairs]


def time_of(row: Row) -> float:
    """When the row was planned: its commit can only have come later."""
    return datetime.fromisoformat(row["at"]).timestamp()
