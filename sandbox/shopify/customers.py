"""Invented customers: who comes next, and what they like, from a seed."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence

from sandbox.shopify.state import Variant

FIRST_NAMES = ("Ada", "Bruno", "Chloé", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kim")
LAST_NAMES = ("Arnaud", "Bernard", "Castellan", "Dubois", "Ek", "Fux", "Ghali", "Hopkins", "Jensen", "Keller")

LINES = (1, 1, 1, 1, 2, 2, 3)
QUANTITIES = (1, 1, 1, 1, 1, 1, 2, 2, 3)
"""Most people buy one of one thing."""

MOST_LIKED = max(QUANTITIES)


class Customers:
    """The same seed sends the same people."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def next_one(self, on_sale: Sequence[Variant]) -> tuple[dict[str, int], str, str]:
        """What the next customer buys (quantity by SKU), their name and their address."""
        chance = self._random
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        liked = chance.sample(on_sale, min(len(on_sale), chance.choice(LINES)))
        lines = {variant.sku or "": chance.choice(QUANTITIES) for variant in liked}
        return lines, f"{first} {last}", f"{_plain(first)}.{_plain(last)}@example.com"


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
