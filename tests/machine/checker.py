"""Decides from the final tabs and from what callers were told whether the promises were kept.

It shares no code with the product: it would otherwise share its mistakes.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Row = dict[str, Any]
Told = Mapping[str, Any]
"""An answer that a caller got."""


def breaches(tabs: Mapping[str, list[Row]], told: Iterable[Told]) -> list[str]:
    """Every promise broken, as a sentence; none when all were kept."""
    return [
        *_rows_damaged(tabs),
        *_seats_given_twice(tabs),
        *_pieces_missing(tabs),
        *_told_otherwise(tabs, list(told)),
        *_views_wrong(tabs),
    ]


def _rows_damaged(tabs: Mapping[str, list[Row]]) -> Iterator[str]:
    for name in ("Import History", "Assignments", "Order Cache"):
        numbers = [row["no"] for row in tabs[name]]
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"{name} is not numbered 1 to {len(numbers)}"


def _live(tabs: Mapping[str, list[Row]]) -> list[Row]:
    """The rows of Assignments whose seat is still held."""
    held: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in sorted(tabs["Assignments"], key=lambda row: row["no"]):
        seat = (row["order_id"], row["unit"], row["provider"], row["keycode"])
        if row["event"] == "assigned":
            held[seat].append(row)
        elif row["event"] in ("released", "quarantined"):
            held[seat].pop()
    return [row for rows in held.values() for row in rows]


def _seats_given_twice(tabs: Mapping[str, list[Row]]) -> Iterator[str]:
    seats: Counter[tuple[str, str]] = Counter()
    for row in tabs["Import History"]:
        seats[row["provider"], row["keycode"]] += (
            row["seats"] if row["event"] == "imported" else -row["seats"]
        )
    given = Counter((row["provider"], row["keycode"]) for row in _live(tabs))
    for key, count in given.items():
        if count > seats[key]:
            yield f"a key of {seats[key]} seats is held {count} times"


def _pieces_missing(tabs: Mapping[str, list[Row]]) -> Iterator[str]:
    newest: dict[str, Row] = {}
    for row in sorted(tabs["Order Cache"], key=lambda row: row["no"]):
        newest[row["order_id"]] = row
    held: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in _live(tabs):
        held[row["order_id"]][row["unit"], row["keycode"]] += 1
    for order_id in {*newest, *held}:
        row = newest.get(order_id)
        if row is None or row["outcome"] == "cleared":
            continue
        cached = Counter((unit, code) for unit, code in json.loads(row["keys"] or "[]"))
        if cached != held[order_id]:
            counts = f"{cached.total()} keys and holds {held[order_id].total()}"
            yield f"order {order_id} is {row['outcome']} with {counts}"


def _told_otherwise(tabs: Mapping[str, list[Row]], told: list[Told]) -> Iterator[str]:
    cached: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in tabs["Order Cache"]:
        cached[row["order_id"]].add((row["outcome"], row["keys"]))
    for answer in told:
        keys = [[key["unit"], key["keycode"]] for key in answer["keys"]]
        ours = {
            (outcome, json.dumps(json.loads(text or "[]"))) for outcome, text in cached[answer["order_id"]]
        }
        if (answer["status"], json.dumps(keys)) not in ours:
            yield f"order {answer['order_id']} was told {answer['status']} with keys that its cache never had"


def _views_wrong(tabs: Mapping[str, list[Row]]) -> Iterator[str]:
    total: Counter[tuple[str, ...]] = Counter()
    for row in tabs["Import History"]:
        total[_pool(row)] += row["seats"] if row["event"] == "imported" else -row["seats"]
    used = Counter(_pool(row) for row in tabs["Assignments"] if row["event"] == "assigned")
    used.subtract(
        Counter(_pool(row) for row in tabs["Assignments"] if row["event"] in ("released", "restored"))
    )
    shown = {_pool(row): (row["total"], row["used"], row["available"]) for row in tabs["Key Inventory"]}
    for pool, seats in total.items():
        if shown.get(pool) != (seats, used[pool], seats - used[pool]):
            said = (seats, used[pool])
            yield f"Key Inventory shows {shown.get(pool)} for {pool}, and the ledgers say {said}"


def _pool(row: Row) -> tuple[str, ...]:
    return (row["region"], row["provider"], row["product_code"], row["component"])
