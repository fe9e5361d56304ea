"""What the shop of a run sells, who orders what, and the keys that come into stock meanwhile."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

SOLD: dict[str, list[list[str]]] = {
    "CPT": [["NASM-CPT-FULL"]],
    "CNC": [["NASM-CNC-FULL"]],
    "CES": [["NASM-CES-FULL"]],
    "PES": [["NASM-PES-FULL"]],
    "EXAM": [["NASM-CPT-EXAM"]],
    "BOTH": [["NASM-CPT-FULL", "NASM-CPT-EXAM"]],
    "NSTB": [["NASM-CPT-FULL", "NCSF-STS-FULL"]],
    "STS": [["NCSF-STS-CONTENT"]],
    "TWICE": [["NASM-PES-FULL", "NASM-PES-FULL"]],
    "SET": [["NASM-CPT-FULL", "NASM-CNC-FULL", "NASM-CES-FULL"]],
    "FLIP": [["NASM-CNC-FULL"], ["NASM-CES-FULL"]],
    "KBS": [[]],
}
"""SKU -> the entitlements that it has, or has had: people change those of FLIP while the shop is open."""

BUNDLE = "NSBK_CPT-CNC-CES"
COMPONENT = {"FULL": "combined", "CONTENT": "content", "EXAM": "exam"}

BASKETS = {
    "CPT": 30, "CPT*2": 6, "CNC": 8, "CES": 6, "PES": 8, "EXAM": 8, "BOTH": 6, "NSTB": 8, "STS": 5,
    "TWICE": 3, "SET": 4, "SET*2": 1, "FLIP": 3, "KBS": 2, "CPT EXAM": 4, "CPT CNC CES": 4, "CPT*12": 1,
    "KBS CPT": 2, "CPT*0 PES": 1, "NOPE": 1, "PES*3 STS": 2, "CPT*400": 0.1,
}  # fmt: skip
"""What people order (`SKU` or `SKU*quantity`), and how often."""

SCARCE = ("CES", BUNDLE)
"""Courses of which there is never enough."""


@dataclass(frozen=True, slots=True)
class Basket:
    """One order before it is posted."""

    order_id: str
    lines: str
    chance: random.Random = field(repr=False)
    """What its customer and the operators do with it, from the run's seed."""


def baskets(seed: int, orders: int) -> list[Basket]:
    """Every order of a run, the same ones for the same seed."""
    chance = random.Random(f"baskets of {seed}")
    lines = chance.choices([*BASKETS], weights=[*BASKETS.values()], k=orders)
    return [
        Basket(f"{5_000_000 + number}", text, random.Random(f"{seed} {number}"))
        for number, text in enumerate(lines)
    ]


def demand(these: Sequence[Basket]) -> Counter[tuple[str, str, str]]:
    """(provider, product code, component) -> seats that these orders ask for, bundles left aside."""
    seats: Counter[tuple[str, str, str]] = Counter()
    for basket in these:
        for text in basket.lines.split():
            sku, _, quantity = text.partition("*")
            for entitlement in SOLD.get(sku, [[]])[0]:
                seats[pool_of(entitlement)] += int(quantity or 1)
    return seats


def pool_of(entitlement: str) -> tuple[str, str, str]:
    provider, _, rest = entitlement.partition("-")
    code, _, level = rest.rpartition("-")
    return provider, code, COMPONENT[level]


class Supplier:
    """Keys for sale, each code once."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"keys of {seed}")
        self._serial = count(1)

    def deliver(self, these: Sequence[Basket]) -> list[dict[str, str]]:
        """About as many seats as these orders ask for; of some courses too few, in keys of any size."""
        rows = []
        for pool, seats in [*demand(these).items(), (("NASM", BUNDLE, "combined"), len(these) // 20)]:
            share = 0.6 if pool[1] in SCARCE else self._chance.choice((0.9, 1.0, 1.15))
            rows += [*self.keys(pool, max(1, round(seats * share)))]
        self._chance.shuffle(rows)
        return rows

    def keys(self, pool: tuple[str, str, str], seats: int) -> Iterator[dict[str, str]]:
        """Keys of one pool with so many seats together."""
        while seats > 0:
            size = min(seats, self._chance.choice((1, 1, 1, 2, 5, 40)))
            seats -= size
            code = f"EX-{next(self._serial):06d}-{self._chance.randrange(16**6):06x}"
            names = ("provider", "product_code", "component")
            yield {
                "region": "CANADA",
                **dict(zip(names, pool, strict=True)),
                "keycode": code,
                "seats": str(size),
            }
