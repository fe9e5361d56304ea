"""Keys coming into stock, and the inventory as the tab shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fulfillment.answers import Plan, keys_counted, when
from fulfillment.model import COMPONENTS, KeyEvent, KeyId, Policy, Pool
from fulfillment.pools import Stock
from fulfillment.workbook import Changes, Snapshot

FIELDS = ("region", "provider", "product_code", "component", "keycode", "seats")

_AROUND = re.compile(r"^[\s\u200b\u200e\u200f\u2060\ufeff]+|[\s\u200b\u200e\u200f\u2060\ufeff]+$")
"""Blanks, and what web pages and mails put around copied text that nobody sees."""
_SEPARATED = re.compile(r"\s*[\t|]\s*")
_BLANKS = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.+?)\s+(\S+)", re.DOTALL)
_SEATS = re.compile(r"0*([1-9]\d{0,6})(?:\.0+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PastedRow:
    """A row as a person pasted it; `row` is its number in the tab, the file or the list."""

    row: int
    cells: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    row: int
    result: Literal["imported", "duplicate", "refused"]
    message: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, row by row; blank rows and header rows are not among them."""

    rows: tuple[RowResult, ...]
    seats: int

    def count(self, result: str) -> int:
        return sum(row.result == result for row in self.rows)

    @property
    def message(self) -> str:
        """`12 keys imported (34 seats), 1 duplicate, 2 refused.`"""
        parts = [f"{keys_counted(self.count('imported'))} imported ({self.seats} seats)"]
        if duplicates := self.count("duplicate"):
            parts.append(f"{duplicates} duplicate{'s' if duplicates > 1 else ''}")
        if refused := self.count("refused"):
            parts.append(f"{refused} refused")
        return ", ".join(parts) + "."


def plan_import(
    snapshot: Snapshot, rows: Sequence[PastedRow], *, batch: str, now: datetime, by: str
) -> Plan[Imported]:
    """Every key that is well formed and new joins the stock; of each row what became of it, and why."""
    events: dict[KeyId, tuple[int, KeyEvent]] = {}
    results = []
    for row in rows:
        cells = unpacked(row.cells)
        if _is_blank(cells) or _is_header(cells):
            continue
        try:
            event = _read(cells, batch=batch, now=now, by=by)
        except ValueError as error:
            results.append(RowResult(row.row, "refused", f"row {row.row}: {error}"))
            continue
        if reason := _known(snapshot, events, event):
            results.append(RowResult(row.row, "duplicate", f"row {row.row}: {reason}"))
            continue
        events[event.key] = (row.row, event)
        results.append(RowResult(row.row, "imported", f"row {row.row}: {event.seats} seats for {event.pool}"))
    imported = tuple(event for _, event in events.values())
    report = Imported(tuple(results), sum(event.seats for event in imported))
    return Plan(report, Changes(events=imported))


def unpacked(cells: Mapping[str, str]) -> dict[str, str]:
    """The row's fields, trimmed; one that was pasted into a single cell is taken apart.

    Tabs and bars separate; else runs of blanks do, read from both ends, so that a key code may hold blanks.
    """
    trimmed = {name: _trimmed(str(cells.get(name, ""))) for name in FIELDS}
    filled = [text for text in trimmed.values() if text]
    if len(filled) != 1:
        return trimmed
    parts = _SEPARATED.split(filled[0].strip("|\t "))
    if len(parts) != len(FIELDS):
        match = _BLANKS.fullmatch(filled[0])
        parts = list(match.groups()) if match else []
    return dict(zip(FIELDS, map(_trimmed, parts), strict=True)) if parts else trimmed


def _trimmed(text: str) -> str:
    return _AROUND.sub("", text)


def _is_blank(cells: Mapping[str, str]) -> bool:
    return not any(cells.values())


def _is_header(cells: Mapping[str, str]) -> bool:
    return all(re.sub(r"[\s-]+", "_", text.lower()) == name for name, text in cells.items())


def _read(cells: Mapping[str, str], *, batch: str, now: datetime, by: str) -> KeyEvent:
    """The key of a row. Raises ValueError with what is wrong."""
    for name in FIELDS:
        if not cells[name]:
            raise ValueError(f"{name} is missing")
    for name in ("region", "provider", "product_code"):
        if re.search(r"\s", cells[name]):
            raise ValueError(f"{name} must be one word, found `{cells[name]}`")
    if "-" in cells["provider"]:
        raise ValueError(f"provider must not contain a hyphen, found `{cells['provider']}`")
    component = cells["component"].lower()
    if component not in COMPONENTS:
        raise ValueError(f"component must be combined, content or exam, found `{cells['component']}`")
    seats = _SEATS.fullmatch(cells["seats"])
    if seats is None:
        raise ValueError(f"seats must be a whole number above 0, found `{cells['seats']}`")
    if len(cells["keycode"]) > 500 or _CONTROL.search(cells["keycode"]):
        raise ValueError("keycode must be one line of at most 500 characters")
    return KeyEvent(
        at=when(now),
        event="imported",
        batch=batch,
        region=cells["region"].upper(),
        provider=cells["provider"].upper(),
        product_code=cells["product_code"].upper(),
        component=component,
        keycode=cells["keycode"],
        seats=int(seats[1]),
        by=by,
    )


def _known(snapshot: Snapshot, pasted: Mapping[KeyId, tuple[int, KeyEvent]], event: KeyEvent) -> str:
    """Why this key is no new one; empty when it is. A key withdrawn with all its seats may come again."""
    if event.key in pasted:
        return f"the same key as row {pasted[event.key][0]}"
    if event.key in snapshot.archived_keys:
        return "already imported and given out long ago, archived"
    record = snapshot.pools.keys.get(event.key)
    if record is None or not record.total:
        return ""
    elsewhere = "" if record.pool == event.pool else f" for {record.pool}"
    return f"already imported on {record.imported_at[:10]}{elsewhere}"


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """A row of Key Inventory: one pool, in seats."""

    region: str
    provider: str
    product_code: str
    component: str
    total: int
    used: int
    available: int
    level: Literal["ok", "low", "out"]
    updated_at: str


def inventory(stock: Stock, policy: Policy, now: datetime) -> tuple[InventoryRow, ...]:
    """The inventory view: every pool that ever had keys; `used` counts quarantined seats too."""
    return tuple(_inventory_row(pool, stock, policy, when(now)) for pool in sorted(stock.total))


def _inventory_row(pool: Pool, stock: Stock, policy: Policy, at: str) -> InventoryRow:
    total, free = stock.total[pool], stock.free(pool)
    level: Literal["ok", "low", "out"] = "out" if not free else "low" if free <= policy.low_stock else "ok"
    return InventoryRow(*pool, total, total - free, free, level, at)
