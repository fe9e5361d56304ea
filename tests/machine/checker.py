"""Decides from the final tabs and from what callers were told whether the promises were kept.

It shares no code with the product: it would otherwise share its mistakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.machine.books import LEDGERS, Tabs
from tests.machine.outbox import messages_wrong
from tests.machine.replay import Replay, Sold
from tests.machine.said import Said
from tests.machine.shown import Typed, catalogue_wrong, inventory_wrong, overwritten, system_wrong
from tests.machine.told import told_otherwise

TABS = (*LEDGERS, "Outbox", "Key Inventory", "Live Catalogue", "NPTA Catalogue", "Import Keys", "System")
"""What it looks at."""


def breaches(
    tabs: Tabs,
    log: Iterable[Said] = (),
    *,
    sold: Sold | None = None,
    typed: Typed | None = None,
    staleness_s: float = 0.0,
) -> list[str]:
    """Every promise broken, as a sentence without key codes; none when all were kept.

    `sold` names the entitlements that each SKU was ever published with. `staleness_s` is how old the reads
    may have been that Google answered with: an answer that changes nothing may be as old.
    """
    damage = [*_rows_damaged(tabs)]
    if damage:  # commits cannot be told apart any more, but holders can be counted
        return [*_given_twice(tabs), *damage]
    replay = Replay.of(tabs, sold or {})
    return [
        *replay.found,
        *told_otherwise(tabs, list(log), staleness_s=staleness_s),
        *inventory_wrong(tabs, replay),
        *catalogue_wrong(tabs, replay),
        *system_wrong(tabs),
        *messages_wrong(tabs),
        *overwritten(tabs, typed or Typed()),
    ]


def _given_twice(tabs: Tabs) -> Iterator[str]:
    """Keys that more hold than they have seats, whatever the rows' numbers say."""
    seats: Counter[tuple[str, str]] = Counter()
    for row in tabs["Import History"]:
        seats[row["provider"], row["keycode"]] += row["seats"] * (1 if row["event"] == "imported" else -1)
    held: Counter[tuple[str, str]] = Counter()
    for row in tabs["Assignments"]:
        step = {"assigned": 1, "restored": 0}.get(row["event"], -1)
        held[row["provider"], row["keycode"]] += step
    for key, count in held.items():
        if count > seats[key]:
            yield f"a key of {seats[key]} seats is held by {count}"


def _rows_damaged(tabs: Tabs) -> Iterator[str]:
    """Each ledger is numbered 1, 2, 3 ..., and its versions grow with it."""
    for name in LEDGERS:
        numbers = [row["no"] for row in tabs[name]]
        if not all(isinstance(number, int) for number in numbers):
            yield f"{name} has a row without a number"
        elif sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"{name} is not numbered 1 to {len(numbers)}"
        else:
            versions = [row["version"] for row in sorted(tabs[name], key=lambda row: row["no"])]
            if versions != sorted(versions):
                yield f"the versions of {name} do not grow with its numbers"
