"""What an order is told: rows of the order cache, and the replies made from them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from fulfillment.errors import Damaged, OrderTooLarge
from fulfillment.model import (
    Answer,
    Assignment,
    Details,
    GivenKey,
    Item,
    KeyId,
    Message,
    Order,
    Policy,
    Reply,
    Shortage,
    is_usable_address,
    to_json,
)
from fulfillment.workbook import NOTHING, Changes, OrderFile

CELL_LIMIT = 45_000
"""Characters of one ledger cell: Google refuses more than 50,000, and the whole batch with them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """What the caller is told, and the rows that have to stand in the spreadsheet before that."""

    result: T
    changes: Changes = NOTHING

    def and_tells(self, *messages: Message) -> Plan[T]:
        """The same, with messages of its own."""
        return replace(self, changes=replace(self.changes, messages=(*self.changes.messages, *messages)))


def when(now: datetime) -> str:
    """A time as the tabs show it: ISO 8601 with offset, to the second."""
    return now.isoformat(timespec="seconds")


def called(answer: Answer | Order) -> str:
    """What people call this order: its name, else its id."""
    return answer.order_name or answer.order_id


def counted(count: int, noun: str) -> str:
    """`1 seat`, `3 seats`, `1,000 seats`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(words: Sequence[str], *, most: int = 10) -> str:
    """`a, b and c`; of many the first ones and how many more."""
    shown = list(words[:most])
    if len(words) > most:
        shown.append(f"{len(words) - most} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def shortage_in_words(shortage: Shortage) -> str:
    """`NASM-CPT-FULL in CANADA (2 wanted, 1 in stock)`."""
    return "{entitlement} in {region} ({wanted} wanted, {available} in stock)".format(**shortage)


def unit_order(unit: str) -> tuple[tuple[int, ...], ...]:
    """Sorts `1.2` before `1.10` and before `2.1`."""
    return tuple(tuple(int(part) for part in piece.split(".")) for piece in unit.split("+"))


def line_of(unit: str) -> int:
    """The line of the order that a piece is of, the first one of a bundle seat's: 2 of `2.1`."""
    return int(unit.split(".")[0])


def checked(answer: Answer) -> Answer:
    """The same row, unless one of its cells is too long: then OrderTooLarge."""
    cells = {"items": answer.items, "keys": answer.keys, "details": answer.details, "message": answer.message}
    for name, cell in cells.items():
        if len(cell) > CELL_LIMIT:
            raise OrderTooLarge(
                f"Order {called(answer)} is too large: its {name} take {len(cell):,} characters, and a cell "
                f"of the order cache holds {CELL_LIMIT:,}. Nothing was assigned; split it into several."
            )
    return answer


def with_details(answer: Answer, details: Details) -> Answer:
    """The same answer with other details."""
    return replace(answer, details=to_json(details))


def mail_of(answer: Answer) -> int:
    """Which of the order's mails this answer's keys go out by: 1 is the first."""
    return answer.read_details().get("mail", 1)


def mailed_at(answer: Answer) -> str:
    """When the mail with its keys was reported as sent; empty where it was not."""
    return answer.read_details().get("delivered_at", "")


def next_mail(file: OrderFile) -> int:
    """The number of the mail that would go out next: none that was due before has it."""
    return max((mail_of(answer) for answer in file.answers if answer.outcome == "fulfilled"), default=0) + 1


def rewritten(answer: Answer, *, now: datetime, by: str, **fields: str) -> Answer:
    """The next row of the same order: like this one but for these fields."""
    return replace(answer, at=when(now), by=by, no=0, version=0, **fields)  # type: ignore[arg-type]


def shown_keys(answer: Answer, holdings: Iterable[Assignment]) -> tuple[GivenKey, ...]:
    """The answer's seats as it shows them. Raises Damaged where Assignments does not hold one of them."""
    held: dict[tuple[str, str], list[Assignment]] = {}
    for row in holdings:
        held.setdefault((row.unit, row.keycode), []).append(row)
    try:
        return as_given([held[unit, keycode].pop(0) for unit, keycode in answer.read_keys()], answer)
    except (KeyError, IndexError):
        raise Damaged(
            f"Order Cache row {answer.no} gives order {called(answer)} keys that Assignments does not hold. "
            "Run the audit, and put the missing rows back; until then this order cannot be answered."
        ) from None


def as_given(rows: Iterable[Assignment], answer: Answer) -> tuple[GivenKey, ...]:
    """Seats of the answer's order, as an answer shows them."""
    titles = {item.sku: item.title for item in answer.read_items()}
    return tuple(_shown(row, titles) for row in rows)


def _shown(row: Assignment, titles: dict[str, str]) -> GivenKey:
    skus = dict.fromkeys(sku for _, sku in row.pieces)
    title = ", ".join(filter(None, dict.fromkeys(titles.get(sku, "") for sku in skus)))
    given = (row.region, row.provider, row.product_code, row.component, row.keycode)
    return GivenKey(row.unit, row.sku, title, row.entitlements, *given)


def reply_to(file: OrderFile, *, answer: Answer | None = None, replayed: bool = False) -> Reply:
    """What the newest answer of an order (or `answer`, about to be recorded) tells the caller now."""
    answer = answer or file.answer
    assert answer is not None, "an order without an answer is planned, not answered"
    details = answer.read_details()
    keys = shown_keys(answer, file.holdings) if answer.outcome == "fulfilled" else ()
    warnings = [*details.get("warnings", []), *_held_besides(details, file.holdings)]
    usable = is_usable_address(answer.email)
    if keys and not usable:
        warnings.append("The order has no usable e-mail address: hand the keys over yourself.")
    return Reply(
        answer=answer,
        keys=keys,
        message=answer.message,
        warnings=tuple(warnings),
        shortages=tuple(details.get("shortages", [])),
        skipped=tuple(Item(*item) for item in details.get("skipped", [])),
        send_email=bool(keys) and usable and "delivered_at" not in details,
        deliver_to=details.get("deliver_to", answer.email) if answer.mode == "test" else answer.email,
        replayed=replayed,
    )


def _held_besides(details: Details, holdings: Iterable[Assignment]) -> list[str]:
    """A warning where the order holds seats that its newest lines do not ask for."""
    kept = {(unit, code) for unit, code in details.get("kept", [])}
    rows = [row for row in holdings if (row.unit, row.keycode) in kept]
    if not rows:
        return []
    units = listed(
        [f"{row.unit} ({row.entitlements})" for row in sorted(rows, key=lambda r: unit_order(r.unit))]
    )
    return [f"The order also holds {counted(len(rows), 'key')} that this answer does not give: {units}."]


def replayed(
    file: OrderFile, order: Order, policy: Policy, *, stock: str, now: datetime, by: str
) -> Plan[Reply]:
    """The same answer again; nothing new is assigned.

    Name and address are those of the newest post: where they differ, the answer is recorded anew with them.
    `stock` says what a failed order could have now.
    """
    old = file.answer
    assert old is not None
    contact = {
        "order_name": order.order_name or old.order_name,
        "customer": order.customer_name or old.customer,
        "email": order.email or old.email,
    }
    known = {"order_name": old.order_name, "customer": old.customer, "email": old.email}
    row = rewritten(old, now=now, by=by, **contact) if contact != known else old
    reply = reply_to(file, answer=row, replayed=True)
    if old.outcome == "failed":
        reply = replace(reply, message=_still_failed(file, old, stock, policy))
    if asks_for_something_else(old, order, policy):
        reply = _changed(reply)
    return Plan(reply, Changes(answers=(row,)) if row is not old else Changes())


def _still_failed(file: OrderFile, old: Answer, stock: str, policy: Policy) -> str:
    since, why = failed_since(file), f"{old.message} {stock}".strip()
    if policy.failed_orders == "retry":
        return f"Order {called(old)} fails since {since}, and is tried again at each post: {why}"
    advice = "To try again: Clear Order Cache, then run the Zap again."
    return f"Order {called(old)} failed on {since} and is on hold: {why} {advice}"


def failed_since(file: OrderFile) -> str:
    """When the order failed first, of the failures that its newest answer repeats."""
    since = ""
    for answer in reversed(file.answers):
        if answer.outcome != "failed":
            break
        since = answer.at
    return since


def asks_for_something_else(old: Answer, order: Order, policy: Policy) -> bool:
    """Does the region, or the total of a SKU, differ from what was answered?"""
    if old.outcome == "closed" and not old.read_items():
        return False  # closed before it was ever seen: there is nothing to compare with
    asked = _totals((line.sku, line.quantity) for line in order.lines)
    answered = _totals((item.sku, item.quantity) for item in old.read_items())
    return asked != answered or (order.region or policy.default_region) != old.region


def _totals(lines: Iterable[tuple[str, int]]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for sku, quantity in lines:
        if sku and quantity:
            totals[sku] += quantity
    return totals


def _changed(reply: Reply) -> Reply:
    advice = (
        "The order was posted with other lines than before; this is the answer it got then. To serve the new "
        "lines: Clear Order Cache, then run the Zap again; seats it holds already stay its own."
    )
    return replace(reply, changed=True, warnings=(*reply.warnings, advice))


def without_seats(keys: str, seats: Iterable[Assignment]) -> str:
    """The `keys` cell of an answer less these seats."""
    gone = Counter((row.unit, KeyId("", row.keycode)) for row in seats)
    kept = []
    for unit, keycode in json.loads(keys or "[]"):
        if gone[unit, KeyId("", keycode)]:
            gone[unit, KeyId("", keycode)] -= 1
        else:
            kept.append((unit, keycode))
    return to_json(kept)
