"""What happens in a day, and when: the same day for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from demo.sample import Line

What = Literal["buy", "again", "refund", "import", "down", "up"]

BUSY = (1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 11, 12, 11, 10, 9, 9, 8, 8, 9, 9, 7, 4, 2)
"""How busy each hour of the day is, by which the orders are spread."""

IMPORTS = (7.5, 12.5, 17.5)

OUTAGES = {"Google": 10.0, "Slack": 14.0, "Shopify": 18.0}
"""When each is away, for an hour."""

AGAIN, REFUNDED = 0.04, 0.03
"""Shares of the orders that somebody posts again, and that are refunded, some hours later."""


@dataclass(frozen=True, slots=True)
class Bought:
    """An order of the day."""

    number: int
    lines: tuple[Line, ...]

    @property
    def order_id(self) -> str:
        return f"68559{self.number:08d}"

    @property
    def order_name(self) -> str:
        return f"#{5000 + self.number}"

    @property
    def customer_name(self) -> str:
        return f"{FIRST[self.number % len(FIRST)]} Day{self.number}"

    @property
    def email(self) -> str:
        return f"customer{self.number}@example.com"


FIRST = ("Ada", "Bo", "Chi", 'Jo "Ace"', "O'Neil", "Åsa", "Zoë")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens, at an hour of the day."""

    hour: float
    what: What
    order: Bought | None = None
    who: str = ""


def a_day(skus: Sequence[str], *, orders: int, seed: int) -> list[Happening]:
    """Everything that happens, in order."""
    chance = random.Random(seed)
    happenings = [*_orders(skus, orders, chance), *(Happening(hour, "import") for hour in IMPORTS)]
    for who, hour in OUTAGES.items():
        happenings += [Happening(hour, "down", who=who), Happening(hour + 1, "up", who=who)]
    return sorted(happenings, key=lambda happening: happening.hour)


def _orders(skus: Sequence[str], count: int, chance: random.Random) -> Iterator[Happening]:
    for number in range(count):
        hour = chance.choices(range(24), BUSY)[0] + chance.random()
        order = Bought(number, tuple(_lines(skus, chance)))
        yield Happening(hour, "buy", order)
        later = min(hour + 0.2 + 3 * chance.random(), 23.9)
        if chance.random() < AGAIN:
            yield Happening(later, "again", order)
        elif chance.random() < REFUNDED:
            yield Happening(later, "refund", order)


def _lines(skus: Sequence[str], chance: random.Random) -> Iterator[Line]:
    for sku in chance.sample(skus, k=chance.choice((1, 1, 1, 2))):
        yield Line(sku=sku, quantity=chance.choice((1, 1, 1, 1, 2)))
