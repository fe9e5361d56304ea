"""An instance that knows a history of so many rows, filled through its own door, and Google left out.

What it sends is answered at once with the proof that it landed: what is left is the instance's own work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fulfillment.allocation import plan_order
from fulfillment.answers import Plan
from fulfillment.clock import CLOCK
from fulfillment.group import Case, _plan
from fulfillment.model import Answer, Assignment, KeyEvent, LineItem, Order, Policy, Product, Reply, to_json
from fulfillment.service import Service
from fulfillment.sheets.batches import Place
from fulfillment.sheets.codec import Layout
from fulfillment.sheets.fence import STAMPS_KEPT
from fulfillment.sheets.looking import Anchor, Grid
from fulfillment.sheets.schema import Schema, read_schema
from fulfillment.sheets.state import State
from fulfillment.sheets.store import SheetStore
from fulfillment.sheets.tabs import KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM, SystemRow
from fulfillment.workbook import NUMBERED, Changes, Draft, Snapshot

SCHEMA_FILE = Path(__file__).parents[1] / "sheets_schema.yaml"

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = "2026-03-02T09:00:00-05:00"

PRODUCTS = 50
"""Products, and pools as many: a shop of the size of the first user's."""

GROUP = 100
"""Orders of one commit."""

FREE = 5_000
"""Seats in stock, whatever the history: what a group costs must not hang on them either."""

PER_CHANGE = 500
"""Rows of each ledger in one step of filling."""


def products() -> tuple[Product, ...]:
    return tuple(
        Product(f"SKU{n}", f"Course {n}", "Certification", entitlements=f"NASM-C{n}-FULL")
        for n in range(PRODUCTS)
    )


def snapshot_of(rows: int, *, free: int = FREE) -> Snapshot:
    """A workbook with so many rows of keys, orders and their answers, and as many free keys as ever."""
    snapshot = Snapshot()
    orders = rows // 3
    imported = [_imported(number) for number in range(orders + free)]
    changes = [Changes(catalogue=products()), *(Changes(events=part) for part in _parts(imported))]
    for part in _parts(range(orders)):
        seats, answers = tuple(map(_assigned, part)), tuple(map(_answered, part))
        changes.append(Changes(assignments=seats, answers=answers))
    for version, change in enumerate(changes, 1):
        snapshot.advance(change.numbered(snapshot.last_no, version), version)
    return snapshot


def _parts(rows: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(rows), PER_CHANGE):
        yield tuple(rows[start : start + PER_CHANGE])


def _imported(number: int) -> KeyEvent:
    code = f"C{number % PRODUCTS}"
    return KeyEvent(
        AT, "imported", "batch", "CANADA", "NASM", code, "combined", f"EX-{number:08}", 1, by="me"
    )


def _assigned(number: int) -> Assignment:
    code, sku = f"C{number % PRODUCTS}", f"SKU{number % PRODUCTS}"
    return Assignment(
        AT, "assigned", f"{6_000_000_000_000 + number}", f"#{number}", "1.1", sku, f"NASM-{code}-FULL",
        "CANADA", "NASM", code, "combined", f"EX-{number:08}", by="zap",
    )  # fmt: skip


def _answered(number: int) -> Answer:
    return Answer(
        AT, f"{6_000_000_000_000 + number}", f"#{number}", "Ada B.", f"ada{number}@example.com", "CANADA",
        "fulfilled", "", f"1 key assigned to order #{number}.",
        items=to_json([(f"SKU{number % PRODUCTS}", 1, "A course", "auto")]),
        keys=to_json([("1.1", f"EX-{number:08}")]),
        details='{"warnings":[]}',
        by="zap",
    )  # fmt: skip


class Echo:
    """In the place of Google: says of each commit that it landed, and shows the headers."""

    spreadsheet_id = "the-book"
    calls = 0
    """What the log counts; none of them goes anywhere."""

    def __init__(self, schema: Schema) -> None:
        self._header = {tab.title: _row_data(tab.headers) for tab in schema.tabs}
        self._size = {"rowCount": 1_000_000, "columnCount": 20}
        self.sent = 0
        """Bytes of the last commit."""

    def batch_update(self, body: bytes, *, fields: str = "", timeout_s: float = 0) -> dict[str, Any]:
        self.sent = len(body)
        stamp = json.loads(re.search(rb'"developerMetadata":(\{.*?\}.*?\})', body)[1])  # type: ignore[index]
        shown = json.loads(re.search(rb'"responseRanges":(\[.*?\])', body)[1])  # type: ignore[index]
        titles = dict.fromkeys(each.split("'")[1] for each in shown)
        sheets = [
            {
                "properties": {"sheetId": 1, "title": title, "gridProperties": self._size},
                "data": [{"rowData": [self._header[title]]}],
            }
            for title in titles
        ]
        replies = [{"createDeveloperMetadata": {"developerMetadata": stamp}}]
        return {"replies": replies, "updatedSpreadsheet": {"sheets": sheets}}


def _row_data(headers: Sequence[str]) -> dict[str, Any]:
    return {"values": [{"effectiveValue": {"stringValue": header}} for header in headers]}


@dataclass
class Instance:
    """A warm instance of the function, without its socket."""

    snapshot: Snapshot
    orders: int = 0
    store: SheetStore = field(init=False)
    service: Service = field(init=False)
    google: Echo = field(init=False)

    def __post_init__(self) -> None:
        schema = read_schema(SCHEMA_FILE)
        policy = Policy(default_region="CANADA", levels=schema.to_levels(), mode="live")
        self.google = Echo(schema)
        google: Any = self.google
        self.store = SheetStore(google, schema, new_commit_id=lambda: "c" * 12, now=lambda: NOW)
        self.store._state = self._state(schema)
        self.service = Service(self.store, policy, now=lambda: NOW, deadline_s=3_600)
        self.policy = policy

    def _state(self, schema: Schema) -> State:
        titles = (*NUMBERED, LIVE_CATALOGUE, KEY_INVENTORY, SYSTEM)
        layouts = {title: Layout.of(schema.tab(title), schema.tab(title).headers) for title in titles}
        places = {title: Place(Grid(1, 1_000_000, 20), layouts[title]) for title in titles}
        version, last = self.snapshot.version, self.snapshot.last_no
        system = SystemRow(version, "c", AT, *last.values(), self.snapshot.catalogue_version, 1, "the-book")
        anchors = {name: Anchor(last[name] + 1, last[name]) for name in NUMBERED}
        stamps = set(range(version - STAMPS_KEPT + 1, version + 1))  # as many as a shop in use has
        return State(self.snapshot, system, places, anchors, stamps, set(), True, float("inf"))

    def group(self) -> list[Case[Reply]]:
        """The next orders, as they wait at the door."""
        cases = []
        for _ in range(GROUP):
            self.orders += 1
            line = LineItem(f"SKU{self.orders % PRODUCTS}", 1, "A course")
            order = Order(f"new-{self.orders}", f"#n{self.orders}", "Bo C.", "bo@example.com", lines=(line,))
            cases.append(Case(self._planned(order), CLOCK.now_s(), CLOCK.now_s() + 3_600))
        return cases

    def _planned(self, order: Order) -> Any:
        def plan(draft: Draft) -> Plan[Reply]:
            return plan_order(draft, order, policy=self.policy, now=NOW, by="zap")

        return plan

    def plan(self, cases: Sequence[Case[Any]]) -> Changes:
        """Planning alone; nothing is changed."""
        return _plan(self.snapshot, cases)[1]

    def settle(self, cases: Sequence[Case[Any]]) -> None:
        """All that a group costs: planned, views made, encoded, proved, and the state moved forward."""
        self.service._door._settle_once(cases)
        state = self.store._state
        assert state is not None
        state.looked_at = float("inf")
