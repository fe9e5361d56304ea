"""What people read of a message: plain words, made of the facts in its body.

The kinds and their facts stand in `outbox.py`. Nothing here is escaped, or cut for anybody's format: whoever
sends it sees to that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from fulfillment.answers import counted, listed
from fulfillment.model import Item, Message
from fulfillment.outbox import TOLD_WHOLE

MOST_IN_LINE = 240
"""Characters that one order takes in a digest, so that fifty of them are one message of Slack's."""

MOST_IN_NAME = 80

_ADDRESS = re.compile(r"(?<![^\s@<>(),;:\"])[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+")  # tried once a word


class Facts(TypedDict, total=False):
    """What a body may hold; never a key code, never an address."""

    order_name: str
    customer: str
    mode: str
    message: str
    reason: str
    keys: int
    can_mail: bool
    skipped: list[Item]
    warnings: list[str]
    since: str
    stock: str
    text: str
    lines: list[str]
    orders: list[tuple[str, str, str, int]]


@dataclass(frozen=True, slots=True)
class Wording:
    """One message to people: a title, then a paragraph each line."""

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n".join((self.title, *self.lines))


def worded(messages: Sequence[Message]) -> Wording:
    """These messages, all of one kind, as people read them: one in full, several as a digest."""
    wording = _in_full(messages[0]) if len(messages) == 1 else _digest(messages)
    return Wording(without_addresses(wording.title), tuple(map(without_addresses, wording.lines)))


def without_addresses(text: str) -> str:
    """The text with e-mail addresses taken out: some people type theirs where a name is asked for."""
    return _ADDRESS.sub("(address not shown)", text)


def _facts_of(message: Message) -> Facts:
    facts: Facts = json.loads(message.body or "{}")
    return facts


def _in_full(message: Message) -> Wording:
    facts, kind = _facts_of(message), KINDS[message.kind]
    test = "Test: " if facts.get("mode") == "test" else ""
    found_by = f"Order id {message.order_id}" if message.order_id else ""
    lines = (_who(facts), *kind.lines(facts), found_by)
    return Wording(f"{kind.sign} {test}{kind.title}", tuple(filter(None, lines)))


def _digest(messages: Sequence[Message]) -> Wording:
    kind = KINDS[messages[0].kind]
    lines = [_in_a_line(message, kind) for message in messages]
    return Wording(f"{kind.sign} {len(messages)} x {kind.title}", tuple(lines))


def _in_a_line(message: Message, kind: Kind) -> str:
    """What the order is found by comes first: whatever is too much is cut off behind it.

    An alarm, or what is low, is told whole.
    """
    facts = _facts_of(message)
    test = "test" if facts.get("mode") == "test" else ""
    parts = (_who(facts), message.order_id, test, *kind.lines(facts))
    line = " · ".join(filter(None, parts))
    return line if message.kind in TOLD_WHOLE else _cut(line, MOST_IN_LINE)


def _who(facts: Facts) -> str:
    """`#1042 Ada B.`; empty where the message is about no order."""
    names = (facts.get("order_name", ""), _cut(facts.get("customer", ""), MOST_IN_NAME))
    return " ".join(filter(None, names))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _fulfilled(facts: Facts) -> Iterator[str]:
    yield f"{counted(facts.get('keys', 0), 'key')} assigned."
    if not facts.get("can_mail", True):
        yield "The order has no usable e-mail address: hand the keys over yourself."
    yield from _by_hand(facts)
    yield from facts.get("warnings", [])


def _failed(facts: Facts) -> Iterator[str]:
    yield facts.get("message", "")
    yield from _by_hand(facts)
    yield from facts.get("warnings", [])
    yield f"To do: {_cure(facts)}, then Clear Order Cache, and replay the Zap's run."


def _failed_again(facts: Facts) -> Iterator[str]:
    yield f"Posted again; on hold since {facts.get('since', '')}."
    yield f"In stock now: {facts['stock']}" if facts.get("stock") else ""
    yield from _failed(facts)


def _cure(facts: Facts) -> str:
    return CURES.get(facts.get("reason", ""), "mend what is said above")


CURES = {
    "no_items": "look at the order in the shop",
    "unknown_sku": "put the SKU into NPTA Catalogue and Sync Catalogue, or mend it in the shop",
    "bad_entitlements": "mend the product's entitlements in NPTA Catalogue and Sync Catalogue",
    "no_entitlements": "type the product's entitlements into NPTA Catalogue and Sync Catalogue",
    "out_of_stock": "import keys",
}
"""What to do about each reason of failure, before the order is cleared."""


def _skipped(facts: Facts) -> Iterator[str]:
    yield "No keys to assign."
    yield from _by_hand(facts)
    yield from facts.get("warnings", [])


def _by_hand(facts: Facts) -> Iterator[str]:
    """`Serve by hand: 1 x KBS Kettlebell Seminar.`: lines of a product; a tip needs nobody."""
    lines = [Item(*item) for item in facts.get("skipped", [])]
    named = [f"{line.quantity} x {line.sku} {line.title}".strip() for line in lines if line.sku]
    if named:
        yield f"Serve by hand: {listed(named)}."


def _confirmed(facts: Facts) -> Iterator[str]:
    yield "The Zap has reported the e-mail as sent."


def _unconfirmed(facts: Facts) -> Iterator[str]:
    yield f"Keys assigned at {facts.get('since', '')}; the Zap has not reported the e-mail as sent."
    yield "To do: look for its run in the Zap's history, and replay it there where it has stopped."


def _stock(facts: Facts) -> Iterator[str]:
    yield from facts.get("lines", [])
    yield "To do: paste new keys into Import Keys, and import them."


def _waiting(facts: Facts) -> Iterator[str]:
    orders = facts.get("orders", [])
    named = [f"{name or order_id} (since {since})" for order_id, name, since, _ in orders]
    yield f"There are keys for {counted(len(orders), 'waiting order')} now, oldest first: {listed(named)}."
    yield "To do: serve them with Waiting orders, under Advanced in the control panel."


def _said(facts: Facts) -> Iterator[str]:
    yield facts.get("text", "")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of message looks."""

    sign: str
    title: str
    lines: Callable[[Facts], Iterator[str]]


KINDS: Mapping[str, Kind] = {
    "fulfilled": Kind("✅", "Order Fulfilled", _fulfilled),
    "failed": Kind("❌", "Fulfillment Failed", _failed),
    "failed_again": Kind("❌", "Fulfillment Failed, still on hold", _failed_again),
    "skipped": Kind("✋", "Fulfillment Skipped", _skipped),
    "confirmed": Kind("📬", "E-mail confirmed", _confirmed),
    "unconfirmed": Kind("📭", "E-mail not confirmed", _unconfirmed),
    "stock": Kind("📉", "Stock runs out", _stock),
    "waiting": Kind("⏳", "Waiting orders can be served", _waiting),
    "alarm": Kind("🚨", "Alarm", _said),
}
