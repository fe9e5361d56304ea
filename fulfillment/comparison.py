"""The shop's orders held against Order Cache: is every paid one here, served as it was bought?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from fulfillment.answers import counted, listed, when
from fulfillment.model import Answer, Message, to_json
from fulfillment.wares import SERVE_TEST, ShopOrder
from fulfillment.workbook import OrderFile, Snapshot

GRACE = timedelta(minutes=15)
"""A Zap takes a minute or two; after this long a paid order has been missed."""

Verdict = Literal[
    "missing",
    "taken back",
    "other lines",
    "expected",
    "not paid",
    "nothing for keys",
    "archived",
    "in order",
]

WRONG: tuple[Verdict, ...] = ("missing", "taken back", "other lines")


@dataclass(frozen=True, slots=True)
class Compared:
    """One order of the shop, and what we have of it. `message` says what to do where something is wrong."""

    order_id: str
    order_name: str
    created_at: datetime
    shop: str
    """How the shop has it: paid, refunded, cancelled."""
    here: str
    """Its outcome in Order Cache, empty where it never arrived."""
    verdict: Verdict
    message: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.verdict in WRONG


def compare(
    snapshot: Snapshot, orders: Iterable[ShopOrder], *, since: datetime, now: datetime
) -> tuple[Compared, ...]:
    """Every order that was placed since then, test orders apart, with what is wrong with it."""
    ours = (order for order in orders if order.created_at >= since)
    return tuple(
        _compared(snapshot, order, now) for order in ours if not order.is_test or SERVE_TEST in order.tags
    )


def _compared(snapshot: Snapshot, order: ShopOrder, now: datetime) -> Compared:
    if order.order_id in snapshot.archived_orders:
        return _said(order, None, "archived")
    file = snapshot.orders.get(order.order_id) or OrderFile()
    answer = file.answer
    if order.is_taken_back:
        return _taken_back(order, file) if file.holdings else _said(order, answer, "in order")
    if not order.is_paid:
        return _said(order, answer, "not paid")
    if answer is None:
        return _unseen(snapshot, order, now)
    if answer.outcome == "fulfilled" and (differing := _differing(snapshot, order, file, answer)):
        return _other_lines(order, answer, differing)
    return _said(order, answer, "in order")


def _said(order: ShopOrder, answer: Answer | None, verdict: Verdict, message: str = "") -> Compared:
    shop = "cancelled" if order.is_cancelled else order.financial.lower().replace("_", " ")
    here = answer.outcome if answer else ""
    return Compared(order.order_id, order.order_name, order.created_at, shop, here, verdict, message)


def _unseen(snapshot: Snapshot, order: ShopOrder, now: datetime) -> Compared:
    wanted = listed([f"{count} x {sku}" for sku, count in _for_keys(snapshot, order).items()])
    if not wanted:
        return _said(order, None, "nothing for keys")
    if now - order.created_at < GRACE:
        return _said(order, None, "expected")
    return _said(
        order,
        None,
        "missing",
        f"Order {order.order_name} ({wanted}), placed on {when(order.created_at)}, was paid and never came "
        "here. Run the Zap for it, or post it by hand. If somebody has served it already, close it.",
    )


def _for_keys(snapshot: Snapshot, order: ShopOrder) -> Counter[str]:
    """SKU -> pieces that keys are assigned for. What is not published counts: its order has to fail aloud."""
    wanted: Counter[str] = Counter()
    for line in order.lines:
        product = snapshot.catalogue.get(line.sku)
        if line.sku and line.quantity and not (product and product.is_external):
            wanted[line.sku] += line.quantity
    return wanted


def _taken_back(order: ShopOrder, file: OrderFile) -> Compared:
    done = "cancelled" if order.is_cancelled else "refunded"
    keys = counted(len(file.holdings), "key")
    return _said(
        order,
        file.answer,
        "taken back",
        f"Order {order.order_name} was {done} in the shop and still holds {keys}. Release Keys; with "
        "quarantine, if the customer may have used them.",
    )


def _differing(
    snapshot: Snapshot, order: ShopOrder, file: OrderFile, answer: Answer
) -> Mapping[str, tuple[int, int]]:
    """SKU -> (pieces in the shop now, pieces that hold keys), of those that differ.

    A line that was not for keys when it was answered is not asked for now.
    """
    by_hand = {item.sku for item in answer.read_items() if item.kind != "auto"}
    held = Counter(sku for _, sku in {piece for row in file.holdings for piece in row.pieces})
    bought: Counter[str] = Counter()
    for line in order.lines:
        bought[line.sku] += line.quantity
    asked = _for_keys(snapshot, order).keys() | held.keys()
    return {
        sku: (bought[sku], held[sku])
        for sku in sorted(asked)
        if bought[sku] != held[sku] and (sku not in by_hand or held[sku])
    }


def _other_lines(order: ShopOrder, answer: Answer, differing: Mapping[str, tuple[int, int]]) -> Compared:
    said = [f"{sku}: {bought} in the shop, {held} here" for sku, (bought, held) in differing.items()]
    return _said(
        order,
        answer,
        "other lines",
        f"Order {order.order_name} has other lines than were served ({listed(said)}). Release what was taken "
        "back; for what was added, Clear Order Cache and run the Zap again.",
    )


def alarms(
    compared: Iterable[Compared], snapshot: Snapshot, *, now: datetime, by: str
) -> tuple[Message, ...]:
    """A message for each order that is wrong, once for each order and what is wrong with it."""
    messages = (_alarm(order, now, by) for order in compared if order.is_wrong)
    return tuple(message for message in messages if message.message_id not in snapshot.outbox.messages)


def _alarm(order: Compared, now: datetime, by: str) -> Message:
    return Message(
        at=when(now),
        message_id=f"alarm:{order.verdict}:{order.order_id}",
        event="owed",
        kind="alarm",
        order_id=order.order_id,
        subject=f"Order {order.order_name}: {order.verdict}",
        body=to_json({"text": order.message}),
        by=by,
    )


def in_words(compared: Sequence[Compared]) -> str:
    """`120 paid and other orders compared: 1 missing, 119 in order.`"""
    counts = Counter(order.verdict for order in compared)
    said = [f"{count} {verdict}" for verdict, count in counts.most_common()]
    return f"{counted(len(compared), 'order')} compared" + (f": {listed(said)}." if said else ".")
