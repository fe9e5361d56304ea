"""Which lines of an order are marked as fulfilled in the shop: those that we served, and no others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fulfillment.answers import called, listed
from fulfillment.errors import NotPossible
from fulfillment.model import Answer
from fulfillment.wares import OpenLine
from fulfillment.workbook import OrderFile

CAN_BE_MARKED = ("OPEN", "IN_PROGRESS")

Pieces = tuple[tuple[OpenLine, int], ...]
"""So many pieces of each line."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of the marking of one order."""

    order: str
    marked: int = 0
    held_up: tuple[str, ...] = ()
    """SKUs that the shop does not let be marked now."""

    @property
    def message(self) -> str:
        """`Order #1042: 2 pieces are marked as fulfilled.`"""
        said = f"Order {self.order}: {self.marked} pieces are marked as fulfilled in the shop."
        if not self.marked:
            said = f"Order {self.order}: nothing of what was served is still open in the shop."
        if self.held_up:
            said = (
                f"Order {self.order}: the shop holds up {listed(self.held_up)}; release the hold there first."
            )
        return said


def served(file: OrderFile, answer: Answer) -> Counter[str]:
    """SKU -> pieces that hold keys. Raises NotPossible for an order that was not served for good."""
    if answer.outcome != "fulfilled":
        raise NotPossible(f"Order {called(answer)} is {answer.outcome}: nothing of it was served.")
    if answer.mode == "test":
        raise NotPossible(f"Order {called(answer)} was answered in test mode: its customer has no keys yet.")
    return Counter(sku for _, sku in {piece for row in file.holdings for piece in row.pieces})


def plan_marks(served: Counter[str], lines: Iterable[OpenLine]) -> tuple[tuple[Pieces, ...], tuple[str, ...]]:
    """What to mark, by fulfillment order, and the SKUs that the shop holds up.

    What is marked already counts, whoever did it: the same plan made again marks nothing more.
    """
    lines = [*lines]
    left, of_order, held_up = Counter(served), dict[str, list[tuple[OpenLine, int]]](), dict[str, None]()
    for line in lines:
        left[line.sku] -= line.done
    for line in lines:
        count = min(left[line.sku], line.remaining)
        if count <= 0:
            continue
        if line.status not in CAN_BE_MARKED:
            held_up[line.sku] = None
            continue
        left[line.sku] -= count
        of_order.setdefault(line.fulfillment_order, []).append((line, count))
    return tuple(tuple(pieces) for pieces in of_order.values()), tuple(held_up)
