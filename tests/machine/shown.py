"""Holds the views, and what people typed, against the ledgers. It shares no code with the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.machine.books import LEDGERS, Pool, Row, Tabs, pool_of
from tests.machine.replay import COMPONENT, Replay

REGION = "CANADA"


@dataclass(slots=True)
class Typed:
    """What people typed: it is to stand there still, each row's cells side by side."""

    catalogue: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """SKU -> header -> what was typed there last."""
    pasted: list[Mapping[str, str]] = field(default_factory=list)
    """Rows of Import Keys; those that could be imported may have left the tab."""


def inventory_wrong(tabs: Tabs, replay: Replay) -> Iterator[str]:
    """Key Inventory against the ledgers: imported - withdrawn = available + assigned + quarantined."""
    shown: dict[Pool, tuple[int, int, int]] = {}
    for row in tabs["Key Inventory"]:
        if pool_of(row) in shown:
            yield f"Key Inventory shows {' '.join(pool_of(row))} twice"
        shown[pool_of(row)] = (int(row["total"]), int(row["used"]), int(row["available"]))
    for pool in {**replay.total, **shown}:
        free, used = len(replay.queues[pool]), replay.assigned[pool] + replay.quarantined[pool]
        if replay.total[pool] != free + used:
            yield f"{' '.join(pool)}: of {replay.total[pool]} seats {free} are free and {used} used"
        if shown.get(pool) != (replay.total[pool], used, free):
            said = (replay.total[pool], used, free)
            yield f"Key Inventory shows {shown.get(pool)} for {' '.join(pool)}, and the ledgers say {said}"


def catalogue_wrong(tabs: Tabs, replay: Replay) -> Iterator[str]:
    """Live Catalogue's and NPTA Catalogue's `available` against the free seats."""
    live = {row["SKU"]: row for row in tabs.get("Live Catalogue", []) if row["SKU"]}
    for sku, row in live.items():
        due = _available(row, replay)
        if row["available"] not in ("" if due is None else due, due):
            yield f"Live Catalogue shows {row['available']!r} of {sku}, and the ledgers say {due}"
    for row in tabs.get("NPTA Catalogue", []):
        shown = live.get(row["SKU"], {}).get("available", "")
        if row["SKU"] and row["available"] != shown:
            yield f"NPTA Catalogue shows {row['available']!r} of {row['SKU']}, Live Catalogue {shown!r}"


def _available(row: Row, replay: Replay) -> int | None:
    """How many pieces one order could have; a product that is one set of courses may use its bundle."""
    if row["fulfillment"] == "EXTERNAL" or row["problem"]:
        return None
    wanted = Counter(each for each in row["entitlements"].split(",") if each)
    parts = [entitlement.split("-", 1) for entitlement in wanted]
    singles = [
        len(replay.queues[REGION, provider, rest.rpartition("-")[0], COMPONENT[rest.rpartition("-")[2]]])
        // count
        for (provider, rest), count in zip(parts, wanted.values(), strict=True)
    ]
    return min(singles, default=0) + _sets(parts, replay)


def _sets(parts: Sequence[Sequence[str]], replay: Replay) -> int:
    """Seats of the stock bundle that has exactly these courses."""
    courses = sorted(rest.rpartition("-")[0] for _, rest in parts)
    if len(courses) < 2 or len({(provider, rest.rpartition("-")[2]) for provider, rest in parts}) > 1:
        return 0
    provider, component = parts[0][0], COMPONENT[parts[0][1].rpartition("-")[2]]
    return sum(
        len(queue)
        for pool, queue in replay.queues.items()
        if pool[:2] == (REGION, provider)
        and pool[3] == component
        and pool[2].startswith("NSBK_")
        and sorted(pool[2].removeprefix("NSBK_").split("-")) == courses
    )


def system_wrong(tabs: Tabs) -> Iterator[str]:
    """The System row against the ends of the ledgers."""
    for system in tabs.get("System", []):
        names = dict(zip(LEDGERS, ("last_import_no", "last_assignment_no", "last_answer_no"), strict=True))
        for ledger, name in names.items():
            if system[name] != len(tabs[ledger]):
                yield f"System says {name} {system[name]}, and {ledger} has {len(tabs[ledger])} rows"
        newest = max((int(row["version"]) for ledger in LEDGERS for row in tabs[ledger]), default=0)
        if newest > system["version"]:
            yield f"System says version {system['version']}, and a row is of version {newest}"


def overwritten(tabs: Tabs, typed: Typed) -> Iterator[str]:
    """What a person typed is where it was, beside what it stood beside, unless it was imported."""
    rows = {row["SKU"]: row for row in tabs.get("NPTA Catalogue", []) if row["SKU"]}
    for sku, cells in typed.catalogue.items():
        for header, text in cells.items():
            if str(rows.get(sku, {}).get(header)) != text:
                yield f"NPTA Catalogue: somebody typed into {header} of {sku}, and it is gone"
    names = ("region", "provider", "product_code", "component", "keycode", "seats")
    there = Counter(tuple(str(row[name]) for name in names) for row in tabs.get("Import Keys", []))
    imported = {row["keycode"] for row in tabs["Import History"]}
    for pasted in typed.pasted:
        fingerprint = tuple(pasted[name] for name in names)
        if not there[fingerprint] and pasted["keycode"] not in imported:
            yield f"Import Keys: a row pasted for {pasted['product_code']} is gone, and was not imported"
