"""The seats that an order holds, gives back or changes, in words for the operator.

These sentences name the customer: they are for the answer alone, never for a log, a ledger or Slack.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fulfillment.answers import called, counted, listed, unit_order
from fulfillment.model import Answer, Assignment, bundle_of


class _Kind(NamedTuple):
    """What seats are alike in, as far as an operator tells them apart."""

    entitlements: str
    component: str
    product_code: str
    skus: tuple[str, ...]


def order_of(answer: Answer) -> str:
    """`Order #1042 of Ada B.`."""
    return f"Order {called(answer)}" + (f" of {answer.customer}" if answer.customer else "")


def seats_in_words(rows: Iterable[Assignment], answer: Answer) -> str:
    """`2 x NASM-CPT-FULL for CPT (Certified Personal Trainer), pieces 1.1 and 1.2; 1 x ...`; no key codes."""
    kinds: dict[_Kind, list[Assignment]] = {}
    for row in sorted(rows, key=lambda row: unit_order(row.unit)):
        skus = tuple(dict.fromkeys(sku for _, sku in row.pieces))
        kinds.setdefault(_Kind(row.entitlements, row.component, row.product_code, skus), []).append(row)
    titles = {item.sku: item.title for item in answer.read_items()}
    return "; ".join(_kind_in_words(kind, alike, titles) for kind, alike in kinds.items())


def _kind_in_words(kind: _Kind, rows: Sequence[Assignment], titles: dict[str, str]) -> str:
    what = listed(kind.entitlements.split(","))
    if kind.component != "combined":
        what += f" ({kind.component} seat)"
    if bundle_of(kind.product_code) is not None:
        what += " by a stock bundle key"
    products = listed([f"{sku} ({titles[sku]})" if titles.get(sku) else sku for sku in kind.skus])
    pieces = listed([" and ".join(row.units) for row in rows], most=20)
    many = len(rows) > 1 or "+" in rows[0].unit
    return f"{len(rows)} x {what} for {products}, piece{'s' if many else ''} {pieces}"


def holds_in_words(rows: Sequence[Assignment], answer: Answer) -> str:
    """`It then holds 1 key: ...`, without the full stop."""
    if not rows:
        return "It then holds no key"
    return f"It then holds {counted(len(rows), 'key')}: {seats_in_words(rows, answer)}"
